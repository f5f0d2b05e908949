"""Reports: one content as text for a tired person and as JSON for a program."""

import json
from typing import Any


def report(run: dict[str, Any], title: str, sections: dict[str, list[Any]]) -> dict[str, Any]:
    """Output (text) and Json (the same); sections without entries are left out."""
    first = f"{title}: {run['InstanceId']} in {run['AccountId']}, {run['Region']}, execution {run['Execution']}"
    full = {heading: entries for heading, entries in sections.items() if entries}
    lines = [first]
    for heading, entries in full.items():
        lines += ["", f"{heading}:"]
        for entry in entries:
            parts = [entry] if isinstance(entry, str) else entry.values()
            lines.append("  " + " ".join(part if isinstance(part, str) else json.dumps(part) for part in parts))
    return {"Output": "\n".join(lines), "Json": {"Title": first, **full}}
