"""How a patch changes moto: at run time, in one process, never in the installed package."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def around(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Puts a function around an attribute of a moto class or module.

    The function gets the original as its first argument, then what the caller gave.
    Raises AttributeError when moto has no such attribute: moto has changed, and the patch has to.
    """
    original = getattr(owner, name)

    def decorate(function: Callable[..., Any]) -> None:
        @functools.wraps(original)
        def patched(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs)

        setattr(owner, name, patched)

    return decorate


def instead_of(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Replaces an attribute of a moto class or module that must exist."""
    getattr(owner, name)

    def decorate(function: Callable[..., Any]) -> None:
        setattr(owner, name, function)

    return decorate
