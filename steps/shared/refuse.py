"""Ending a run before anything was changed."""

import sys
from typing import NoReturn


# The limit keeps Python's traceback out of the step's failure message: the sentence is for a person.
# https://docs.python.org/3/library/sys.html#sys.tracebacklimit
def refuse(sentence: str) -> NoReturn:
    """Fails the step with a sentence that says what was wrong, where, and what to do."""
    sys.tracebacklimit = 0
    raise ValueError(f"{sentence} Nothing was changed.") from None
