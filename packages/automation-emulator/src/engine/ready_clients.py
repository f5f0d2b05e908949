"""Clients that a job finds made.

Making a client, and its first call, take half of what a script of a few calls computes, and are the same each time but
for who calls. So a job tells with its result which clients it has made, and the process that forks makes such a client
itself, once two jobs have, and takes it through a call that reaches nobody. Each later job has a copy, by its fork, and
puts its own credentials and execution into it.

Only `boto3.client` looks for one, and only while the script has made no session: then nothing but the arguments and the
environment says what client it is.
"""

import contextlib
import functools
import gc
import json
import os
import socket
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSHTTPConnection
from botocore.config import Config
from botocore.credentials import Credentials

from engine.warm import SERVICES

#: So many clients are kept, of the first that were asked for.
MOST = 32
#: What differs from job to job, and is put into a client that is made.
CALLER = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EXECUTION_ENV")
#: Folders of the job's, in which there is nothing that a client heeds but its configuration file.
FOLDERS = ("HOME", "TMPDIR", "AWS_CONFIG_FILE")

_make = boto3.client
_ready: dict[str, Any] = {}
#: How many jobs have asked for what is not there.
_asked: dict[str, int] = {}
#: In a job: what it has asked for and not found. None in the process that forks.
_missed: list[str] | None = None
#: The session that was made for that.
_session: Any = None


def offer() -> None:
    """Lets `boto3.client` give the clients that are made, in a job that has said `begin`."""

    @functools.wraps(_make)
    def client(*args: Any, **named: Any) -> Any:
        global _session  # noqa: PLW0603
        key = _key(args, named)
        if key is None or _missed is None or boto3.DEFAULT_SESSION is not _session:
            return _make(*args, **named)
        found = _ready.pop(key, None)
        if found is None:
            _missed.append(key)
            found = _make(*args, **named)
            _session = boto3.DEFAULT_SESSION
        else:
            _hand_over(found)
        return found

    boto3.client = client


def begin() -> None:
    """Says that this process is a job's."""
    global _missed  # noqa: PLW0603
    _missed = []


def tell(folder: Path) -> None:
    """Leaves in the job's folder which clients it would have liked to find."""
    if _missed:
        (folder / "clients").write_text(json.dumps(_missed))


def learn(folder: Path) -> None:
    """Makes what the job with this folder is the second one to have missed."""
    try:
        missed = json.loads((folder / "clients").read_text())
    except (FileNotFoundError, ValueError):
        return
    for key in missed if isinstance(missed, list) else []:
        if not isinstance(key, str) or len(key) > 4000 or (key not in _asked and len(_asked) >= MOST):
            continue
        _asked[key] = _asked.get(key, 0) + 1
        if _asked[key] == 2:
            # A script may write anything there: then there is none.
            with contextlib.suppress(Exception):
                _ready[key] = _made(key)
                # Else the next collection in each child would touch, and so copy, all of it.
                gc.freeze()


def _key(args: tuple[Any, ...], named: dict[str, Any]) -> str | None:
    """The arguments and the environment, without what differs from job to job; None where they are not plain."""
    if len(args) != 1 or any(name not in ("config", "region_name") for name in named):
        return None
    if os.environ.get("AWS_CONFIG_FILE") != str(Path(os.environ.get("HOME", ""), ".aws", "config")):
        return None
    config: Any = named.get("config")
    options = config._user_provided_options if type(config) is Config else None
    if (config is not None and options is None) or any(name not in os.environ for name in CALLER[:2]):
        return None
    around = {name: value for name, value in os.environ.items() if name not in (*CALLER, *FOLDERS)}
    with contextlib.suppress(TypeError):
        return json.dumps([args[0], named.get("region_name"), options, around], sort_keys=True)
    return None


def _made(key: str) -> Any:
    """A client, taken through a call, made in the environment that the key tells."""
    service, region, options, around = json.loads(key)
    own = dict(os.environ)
    connect = AWSHTTPConnection.connect
    os.environ.clear()
    os.environ.update(around, **dict.fromkeys(CALLER, "ready"), AWS_CONFIG_FILE=os.devnull)
    AWSHTTPConnection.connect = _connect_to_nobody
    try:
        config = {} if options is None else {"config": Config(**options)}
        client = boto3.Session().client(service, region_name=region, **config)
        if operation := SERVICES.get(service):
            # What was said there is no answer; all that matters has been done by then.
            with contextlib.suppress(Exception):
                getattr(client, operation)()
        client._endpoint.http_session.close()
        return client
    finally:
        AWSHTTPConnection.connect = connect
        os.environ.clear()
        os.environ.update(own)


def _connect_to_nobody(connection: Any) -> None:
    """Connects to an answer that is there before the question."""
    connection.sock, other = socket.socketpair()
    other.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 9\r\n\r\n<Answer/>")
    other.shutdown(socket.SHUT_WR)


def _hand_over(client: Any) -> None:
    """Makes a client that of this job's role and execution."""
    key, secret, token, execution = (os.environ.get(name) for name in CALLER)
    client._request_signer._credentials = Credentials(key, secret, token, method="env")
    agent, config = client._user_agent_creator, client.meta.config
    before = f" {_execution_part(agent)}"
    agent._execution_env = execution
    config.user_agent = config.user_agent.replace(before, f" {_execution_part(agent)}".rstrip())


def _execution_part(agent: Any) -> str:
    return " ".join(part.to_string() for part in agent._build_execution_env_metadata())
