"""Reports what a release would do."""

from typing import Any

from shared.report import report


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Every call that would change something, in order, with its parameters."""
    sections = {
        "Now": events["Now"],
        "Calls that Release would make": events["Calls"] or ["none: there is nothing to release"],
        "What can't be restored": events["Problems"],
        "Backup": [events["Uri"]],
    }
    return report(events["Run"], "DRY RUN OF RELEASE, nothing was changed", sections)
