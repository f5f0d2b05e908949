"""How moto's server answers one connection: many requests, each answer sent at once.

werkzeug's own handler closes the connection after each answer, so that each request costs a connection and a thread,
and sends the head of an answer apart from its body.
"""

from __future__ import annotations

import io
import sys
import traceback
from typing import Any

from werkzeug.exceptions import InternalServerError
from werkzeug.serving import WSGIRequestHandler


class Handler(WSGIRequestHandler):  # type: ignore[misc]
    """Keeps connections, and writes no line for each request: the gateway keeps the log of calls."""

    protocol_version = "HTTP/1.1"
    # The answer leaves in one piece.
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Reads one request to its end, so that the next one can follow, and answers it."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.environ = self.make_environ()
        if self.headers.get("Transfer-Encoding"):
            # Where such a body ends only its reader knows.
            self.close_connection = True
        else:
            environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        status, headers, body = self._answer(environ)
        code, _, reason = status.partition(" ")
        bare = environ["REQUEST_METHOD"] == "HEAD" or code in ("204", "304")
        self.send_response(int(code), reason)
        for name, value in headers:
            if bare or name.lower() != "content-length":
                self.send_header(name, value)
        if not bare:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bare:
            self.wfile.write(body)
        self.wfile.flush()

    def _answer(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status, headers and body, whole."""
        try:
            return _whole(self.server.app, environ)
        except Exception:
            sys.stderr.write(traceback.format_exc())
            return _whole(InternalServerError(), environ)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""
        del code, size

    def version_string(self) -> str:
        """What AWS's own server says."""
        return "AmazonEC2"


def _whole(application: Any, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    """What the application answers, when it has ended."""
    head: tuple[str, list[tuple[str, str]]] = ("", [])
    body: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        nonlocal head
        head = (status, headers)
        return body.append

    parts = application(environ, start_response)
    try:
        body.extend(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return *head, b"".join(body)
