"""Consolidates the release: what was restored, what is kept."""

from typing import Any

from shared.report import report
from shared.situation import scaling_lines


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The report, as text and as JSON."""
    changed = events["Changed"] == "true"
    sections = {
        "Interfaces": events["Now"],
        "Auto Scaling": scaling_lines(events["Run"]),
        "Calls made": events["Calls"] if changed else [],
        "Kept as evidence": [events["Uri"], *events["Images"]],
    }
    return report(events["Run"], "RELEASED" if changed else "RELEASED BEFORE, nothing was changed", sections)
