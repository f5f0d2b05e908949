"""The time of a request: one moment from its beginning to its end.

An answer is put together piece by piece. An image that became available between two pieces would be shown
available and without its snapshots, which AWS never does.
"""

from __future__ import annotations

import time

_request: list[float] = []


def now() -> float:
    """Monotonic seconds; the same for all that belongs to the request in progress."""
    return _request[0] if _request else time.monotonic()


def begin() -> None:
    """A request begins; only one is in progress at a time."""
    _request[:] = [time.monotonic()]


def end() -> None:
    """The request has been answered."""
    _request.clear()
