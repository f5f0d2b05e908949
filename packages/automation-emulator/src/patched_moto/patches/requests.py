"""One request at a time, and the way to the settings.

AWS's control planes decide between two calls that collide: of two CreateSecurityGroup calls with one name,
exactly one succeeds (InvalidGroup.Duplicate,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). moto's server answers each
request in a thread of its own and its models check and change without a lock. Everything is in memory and
takes milliseconds, so the whole request is the smallest unit that is safe.

POST, GET and DELETE /moto-api/settings reach patched_moto/settings.py, GET /moto-api/bucket?name=&key= what the
gateway wants to know of a bucket, and POST /moto-api/clock {"advance": SECONDS} patched_moto/clock.py.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from patched_moto.clock import advance, begin, end
from patched_moto.patch import around
from patched_moto.patches.s3_access import describe
from patched_moto.settings import ALL_ACCOUNTS, change, reset, settings_of

#: Held while a request is answered. A timer that changes moto's state takes it too.
LOCK = threading.RLock()


_changes = [0]


def changes() -> int:
    """How many requests may have changed something."""
    return _changes[0]


def apply() -> None:
    """Puts a lock around moto's server application."""

    @around(DomainDispatcherApplication, "__call__")
    def call(original: Any, self: Any, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # A slow sender must not keep the others waiting: the body is read before the lock is taken.
        length = environ.get("CONTENT_LENGTH")
        chunked = environ.get("wsgi.input_terminated", False)
        body = environ["wsgi.input"].read(*([] if chunked else [int(length or 0)]))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        with LOCK:
            _changes[0] += environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            if environ.get("PATH_INFO") == "/moto-api/settings":
                return _settings(environ, body, start_response)
            if environ.get("PATH_INFO") == "/moto-api/bucket":
                return _bucket(environ, start_response)
            if environ.get("PATH_INFO") == "/moto-api/clock":
                advance(float(json.loads(body)["advance"]))
                start_response("200 OK", [("Content-Type", "application/json")])
                return [b"{}"]
            begin()
            answer = original(self, environ, start_response)
            try:
                return list(answer)
            finally:
                end()
                if hasattr(answer, "close"):
                    answer.close()


def _bucket(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    query = parse_qs(environ.get("QUERY_STRING", ""))
    answer = describe(query.get("name", [""])[0], query.get("key", [""])[0])
    start_response("404 Not Found" if answer is None else "200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


def _settings(environ: dict[str, Any], body: bytes, start_response: Any) -> list[bytes]:
    account = parse_qs(environ.get("QUERY_STRING", "")).get("account", [None])[0]
    status = "200 OK"
    answer: dict[str, Any]
    try:
        if environ["REQUEST_METHOD"] == "POST":
            values = json.loads(body)
            account = str(values.pop("account", account or ALL_ACCOUNTS))
            change(account, values)
        elif environ["REQUEST_METHOD"] == "DELETE":
            reset(account)
        answer = vars(settings_of(account or ALL_ACCOUNTS))
    except (ValueError, TypeError, AttributeError) as error:
        status, answer = "400 Bad Request", {"message": str(error)}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
