"""Puts out what it is given."""

from typing import Any


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The payload as it is."""
    return events
