"""Ends the run as failed."""

from typing import Any


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Fails with the report as its message."""
    raise RuntimeError(events["Output"])
