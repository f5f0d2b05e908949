"""A refusal hides Python's traceback, from pytest too: each test starts with it shown."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def shown_tracebacks() -> Iterator[None]:
    """Undoes what shared.refuse sets."""
    yield
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
