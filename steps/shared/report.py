"""Reports: one content as text for a tired person and as JSON for a program."""

import json
from typing import Any


def report(run: dict[str, Any], title: str, sections: dict[str, list[Any]]) -> dict[str, Any]:
    """Output (text) and Json (the same); sections without entries are left out."""
    first = f"{title}: {run['InstanceId']} in {run['AccountId']}, {run['Region']}, execution {run['Execution']}"
    full, lines = {heading: entries for heading, entries in sections.items() if entries}, [first]
    for heading, entries in full.items():
        lines += [
            "",
            f"{heading}:",
            *(f"  {each if isinstance(each, str) else json.dumps(each)}" for each in entries),
        ]
    return {"Output": "\n".join(lines), "Json": {"Title": first, **full}}
