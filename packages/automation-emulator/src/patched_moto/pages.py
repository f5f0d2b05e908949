"""Answers that come in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def page(response: Any, items: Sequence[Any], size: int) -> tuple[list[Any], dict[str, str]]:
    """The items that a request asks for by MaxResults and NextToken, and the NextToken of its answer where more come.

    `size` is how many a page has where the request does not say. The token is the place where the next page begins:
    `response` is moto's, which knows the request's parameters.
    """
    start = int(response._get_param("NextToken") or 0)
    end = start + int(response._get_param("MaxResults") or size)
    return list(items[start:end]), {"NextToken": str(end)} if end < len(items) else {}
