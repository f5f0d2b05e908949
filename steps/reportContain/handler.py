"""Reports what a containment would do."""

from typing import Any

from shared.report import report


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Every call that would change something, in order, with its parameters."""
    calls = events["Calls"] or ["none: the instance is contained already"]
    sections = {"Now": events["Now"], "Calls that Contain would make": calls, "Backup": [events["Uri"]]}
    return report(events["Run"], "DRY RUN OF CONTAIN, nothing was changed", sections)
