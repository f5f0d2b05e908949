"""Writes what the approvers read when the instance is contained."""

from typing import Any


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The report of the containment among the outputs of its execution, under the finding that led to it."""
    words = "CONTAINED", "ALREADY CONTAINED"
    report = next(
        (text for text in events["Outputs"] if text.startswith(words)),
        f"The report is in execution {events['Containment']}.",
    )
    return {"Output": "\n".join([*events["Summary"], "", report])}
