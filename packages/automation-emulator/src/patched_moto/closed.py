"""Closed to web pages, as the gateway is (gateway/stages/closed.ts says why): moto's own port is no way around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

LOOPBACK = re.compile(r"^(?:(?:[a-z0-9-]+\.)*(?:localhost|127\.0\.0\.1)|\[::1\])$", re.IGNORECASE)


def closed_to_pages(application: Application) -> Application:
    """The application behind a check of what browsers say of the page that sends a request."""

    def checked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if _is_from_here(environ):
            return application(environ, start_response)
        start_response("403 FORBIDDEN", [("Content-Type", "text/plain")])
        return [b"The emulator does not answer web pages.\n"]

    return checked


def _is_from_here(environ: dict[str, Any]) -> bool:
    host = environ.get("HTTP_HOST", "")
    name, _, port = host.rpartition(":")
    return bool(
        LOOPBACK.match(name)
        and port == environ.get("SERVER_PORT")
        and environ.get("HTTP_ORIGIN") in (None, f"http://{host}")
        and environ.get("HTTP_SEC_FETCH_SITE") in (None, "none", "same-origin")
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in environ
    )
