"""The time of a request: one moment from its beginning to its end.

An answer is put together piece by piece. An image that became available between two pieces would be shown
available and without its snapshots, which AWS never does.

The time can be advanced, and goes on where it was when a kept state is put back.
"""

from __future__ import annotations

import time

_request: list[float] = []
#: What is added to the machine's monotonic seconds.
_ahead = [0.0]


def now() -> float:
    """Monotonic seconds; the same for all that belongs to the request in progress."""
    return _request[0] if _request else _ahead[0] + time.monotonic()


def advance(seconds: float) -> None:
    """Lets seconds go by at once. To be called between two requests."""
    _ahead[0] += seconds


def go_on_from(moment: float) -> None:
    """Makes it the time that `now` gave in another process: what was under way then has as long to go now."""
    _ahead[0] = moment - time.monotonic()


def begin() -> None:
    """A request begins; only one is in progress at a time."""
    _request[:] = [now()]


def end() -> None:
    """The request has been answered."""
    _request.clear()
