"""The single AWS calls of the Automation engine: one process makes them all, each in a thread.

Nothing that a document brings runs here: parameters of calls are data. So calls need no process each, as scripts do,
and a call costs some milliseconds where a process costs thirty. The process is a fork of worker.py's, contained as a
script is, and ends with it.
"""

import base64
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool
from botocore.config import Config

from engine.containment import contain, part_from_parent
from engine.worker_job import Message, Refusal, Surroundings, environment, failure, write_config

# A client takes what it needs of the environment when it is made, and the calls' environments differ.
MAKING = threading.Lock()
OWN = threading.local()


class Call:
    """A call in progress."""

    def __init__(self) -> None:
        self.ended = False
        self.connection: Any = None

    def end(self) -> None:
        """Closes its connection, at once or as soon as it is there: whoever answers sees that nobody waits."""
        self.ended = True
        if getattr(self.connection, "sock", None) is not None:
            with contextlib.suppress(OSError):
                self.connection.sock.shutdown(socket.SHUT_RDWR)


class Connection(AWSHTTPConnection):  # type: ignore[misc]
    """A connection that its call knows."""

    def request(self, *args: Any, **named: Any) -> Any:
        """Sends a request of the thread's call."""
        OWN.call.connection = self
        return super().request(*args, **named)

    def connect(self) -> None:
        """Connects, unless the call has been ended."""
        super().connect()
        if OWN.call.ended:
            OWN.call.end()


class Caller:
    """The process that makes calls, as worker.py sees it."""

    def __init__(self, folder: Path, around: Surroundings) -> None:
        self._socket, theirs = socket.socketpair()
        self._heard = b""
        self.pid = os.fork()
        if self.pid == 0:
            serve_in_child(theirs.detach(), folder, around)
        theirs.close()

    def fileno(self) -> int:
        """The descriptor on which results come."""
        return self._socket.fileno()

    def send(self, message: Message) -> None:
        """`{"id", "job"}` or `{"kill": id}`. What is sent to a process that has gone is lost."""
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def results(self) -> list[tuple[int, str]]:
        """The ids of the calls that ended since, with their results as JSON."""
        with contextlib.suppress(OSError):
            while data := self._socket.recv(1 << 16, socket.MSG_DONTWAIT):
                self._heard += data
        *lines, self._heard = self._heard.split(b"\n")
        return [(int(number), result.decode()) for number, _, result in (line.partition(b" ") for line in lines)]

    def close(self) -> None:
        """Ends the process and waits for that."""
        self._socket.close()
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(self.pid, 0)


def serve_in_child(channel: int, folder: Path, around: Surroundings) -> NoReturn:
    """Makes calls in a process of its own until the other end of the channel is closed."""
    try:
        part_from_parent()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # The protocol and what else is this process's parent's.
        os.closerange(3, channel)
        os.closerange(channel + 1, 1024)
        home = folder / "home"
        write_config(home, around.endpoint, around.region)
        contain(folder, urlsplit(around.endpoint).port or 80)
        AWSHTTPConnectionPool.ConnectionCls = Connection
        serve(socket.socket(fileno=channel), lambda job: environment(job, home, around.endpoint, around.region))
    except BaseException as error:
        sys.stderr.write(f"The process that makes calls failed: {error!r}\n")
    finally:
        # Whatever happens, a child must not go on as a second parent.
        os._exit(0)


def serve(channel: socket.socket, environment_of: Callable[[Message], dict[str, str]]) -> None:
    """Makes the calls that come, all at once, until no more can come."""
    calls: dict[int, Call] = {}
    saying = threading.Lock()

    def make(number: int, job: Message) -> None:
        OWN.call = calls[number]
        try:
            result = {"status": "success", "payload": run_api(job, environment_of(job))}
        except BaseException as error:
            result = failure(error, scripted=False)
        line = f"{number} {json.dumps(result)}\n".encode()
        del calls[number]
        with saying:
            channel.sendall(line)

    for line in channel.makefile("rb"):
        message = json.loads(line)
        if "job" not in message:
            if (call := calls.get(message["kill"])) is not None:
                call.end()
            continue
        calls[message["id"]] = Call()
        threading.Thread(target=make, args=(message["id"], message["job"]), daemon=True).start()


def run_api(job: Message, variables: dict[str, str]) -> Any:
    """The answer of one AWS call as JSON, without what is only about the transport.

    It is tried once: the engine repeats throttled calls.
    """
    with MAKING:
        os.environ.clear()
        os.environ.update(variables)
        # botocore's own limit of 60 s is less than a function may take.
        patience = Config(retries={"total_max_attempts": 1}, read_timeout=max(60, job["timeoutSeconds"]))
        client = boto3.Session().client(job["service"], config=patience)
    try:
        method = xform_name(job["operation"])
        operation = client.meta.method_to_api_mapping.get(method)
        if operation is None:
            raise Refusal("UnknownOperation", f"{job['service']} has no operation {job['operation']}.")
        model = client.meta.service_model.operation_model(operation)
        stream = model.get_streaming_output()
        if (stream and not job.get("readsStream")) or model.has_event_stream_output:
            raise Refusal("UnsupportedOperation", f"{operation} answers with a stream, which a step cannot return.")
        answer = getattr(client, method)(**job["parameters"])
        answer.pop("ResponseMetadata", None)
        if stream:
            answer = {key: value.read().decode() if hasattr(value, "read") else value for key, value in answer.items()}
        return json.loads(json.dumps(answer, default=plain))
    finally:
        client.close()


def plain(value: object) -> str:
    """The JSON form of the two kinds of value of an API answer that have none."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
