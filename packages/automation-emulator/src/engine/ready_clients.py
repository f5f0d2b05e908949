"""Clients that a job finds made.

Making a client, and its first call, take half of what a script of a few calls computes, and are the same each time but
for who calls. So a job tells with its result which clients it has made, and the process that forks makes such a client
itself, once two jobs have, and takes it through a call that reaches nobody. Each later job has a copy, by its fork, and
puts its own credentials and execution into it.

Only `boto3.client` looks for one, and only while the script has made no session and let its environment be: then
nothing but the arguments and the job's environment says what client it is. What a job tells is a script's word, and the
process that forks is not contained: of what was told it takes no more than the options below.
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
#: Options of a client that say nothing of files, programs or hosts.
OPTIONS = {"retries", "connect_timeout", "read_timeout", "max_pool_connections", "region_name", "signature_version"}
#: What differs from job to job, and is put into a client that is made.
CALLER = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EXECUTION_ENV")
#: Folders of the job's, in which there is nothing that a client heeds but its configuration file, which says the same
#: as the environment.
FOLDERS = ("HOME", "TMPDIR", "AWS_CONFIG_FILE")

_make = boto3.client
_ready: dict[str, Any] = {}
#: How many jobs have asked for what is not there.
_asked: dict[str, int] = {}
#: In a job: its environment when its script began. None in the process that forks.
_own: dict[str, str] | None = None
#: In a job: the arguments that were asked for and not found.
_missed: list[str] = []
#: The session that was made for that.
_session: Any = None


def offer() -> None:
    """Lets `boto3.client` give the clients that are made, in a job that has said `begin`."""

    @functools.wraps(_make)
    def client(*args: Any, **named: Any) -> Any:
        global _session  # noqa: PLW0603
        asked = _plain(args, named)
        if asked is None or _own is None or not _is_as_begun(_own):
            return _make(*args, **named)
        found = _ready.pop(_key(asked, _own), None)
        if found is None:
            _missed.append(asked)
            found = _make(*args, **named)
            _session = boto3.DEFAULT_SESSION
        else:
            _hand_over(found)
        return found

    boto3.client = client


def _is_as_begun(own: dict[str, str]) -> bool:
    """Whether a job that began with this environment has credentials, and has changed nothing that a client heeds."""
    return dict(os.environ) == own and boto3.DEFAULT_SESSION is _session and all(name in own for name in CALLER[:2])


def begin() -> None:
    """Says that this process is a job's, whose environment is set."""
    global _own  # noqa: PLW0603
    _own = dict(os.environ)


def tell(folder: Path) -> None:
    """Leaves in the job's folder which clients it would have liked to find."""
    if _missed:
        (folder / "clients").write_text(json.dumps(_missed))


def learn(told: str, environment: dict[str, str]) -> None:
    """Makes what the job with this environment, which has left this text, is the second one to have missed."""
    # A script may write anything there: then there is none.
    with contextlib.suppress(Exception):
        for asked in json.loads(told[:10_000]):
            _learn_one(asked, environment)


def _learn_one(asked: str, environment: dict[str, str]) -> None:
    service, region, options = json.loads(asked)
    if not isinstance(service, str) or not isinstance(region, str | None) or not {*(options or {})} <= OPTIONS:
        return
    key = _key(asked, environment)
    if len(key) > 4000 or (key not in _asked and len(_asked) >= MOST):
        return
    _asked[key] = _asked.get(key, 0) + 1
    if _asked[key] == 2:
        _ready[key] = _made(service, region, options, environment)
        # Else the next collection in each child would touch, and so copy, all of it.
        gc.freeze()


def _plain(args: tuple[Any, ...], named: dict[str, Any]) -> str | None:
    """The service, the Region and the options, as JSON; None where there is more, or what is no JSON."""
    if len(args) != 1 or not {*named} <= {"config", "region_name"}:
        return None
    config: Any = named.get("config")
    if config is not None and type(config) is not Config:
        return None
    options = None if config is None else config._user_provided_options
    if not {*(options or {})} <= OPTIONS:
        return None
    with contextlib.suppress(TypeError):
        return json.dumps([args[0], named.get("region_name"), options])
    return None


def _key(asked: str, environment: dict[str, str]) -> str:
    """What was asked for, and the environment without what differs from job to job."""
    around = {name: value for name, value in environment.items() if name not in (*CALLER, *FOLDERS)}
    return json.dumps([asked, around], sort_keys=True)


def _made(service: str, region: str | None, options: dict[str, Any] | None, environment: dict[str, str]) -> Any:
    """A client, taken through a call, made in a job's environment."""
    own = dict(os.environ)
    connect = AWSHTTPConnection.connect
    os.environ.clear()
    os.environ.update({**environment, **dict.fromkeys(CALLER, "ready"), "AWS_CONFIG_FILE": os.devnull})
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
