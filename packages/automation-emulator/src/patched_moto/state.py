"""moto's state in a file, so that it is there again at the next start.

All backends go into one pickle, so that what two of them share (an instance that EC2 and Auto Scaling know) is one
thing again when it is read. A pickle is code: the file is the user's own, in a folder of the user's choice, and is
made readable to nobody else, and a file that this module did not write is not unpickled. It is for the same version of
moto and of this package; for another one it is refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import io
import json
import os
import pickle
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from patched_moto import clock, settings

#: Goes up with each change of what is kept that an older or newer version of this package can't read.
FORMAT = 2
KIND = "automation-emulator state"
LOCKS = (type(threading.Lock()), type(threading.RLock()))


class StateError(Exception):
    """The file can't be read or written; the message is for the user."""


class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Writes also functions made on the spot, locks, private keys and the tables of backends."""

    def reducer_override(self, obj: Any) -> Any:
        """How to make the thing again, or NotImplemented for what needs nothing special."""
        if isinstance(obj, BackendDict):
            return get_backend, (obj.service_name,)
        if isinstance(obj, LOCKS):
            return type_of_lock(obj), ()
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            # Made again with an __init__ of its own, which wants what the pickle does not know.
            state = obj.default_factory, vars(obj)
            return new_table, (type(obj),), state, None, iter(obj.items()), fill_table
        if hasattr(obj, "private_bytes") and hasattr(obj, "public_key"):
            return private_key, (private_bytes(obj),)
        return super().reducer_override(obj)


def type_of_lock(lock: Any) -> Any:
    """The function that makes such a lock."""
    return threading.RLock if isinstance(lock, LOCKS[1]) else threading.Lock


def new_table(kind: Any) -> Any:
    """An empty table of a class of its own."""
    return kind.__new__(kind)


def fill_table(table: Any, state: tuple[Any, dict[str, Any]]) -> None:
    """Gives a table back what it is besides its items."""
    table.default_factory = state[0]
    vars(table).update(state[1])


def private_bytes(key: Any) -> bytes:
    """A key of KMS, as it is read again."""
    return bytes(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def private_key(der: bytes) -> PrivateKeyTypes:
    """The key that was written."""
    return serialization.load_der_private_key(der, None)


def header(body: bytes | memoryview) -> dict[str, Any]:
    """The first line of a file: what it must have been written by, and a digest by which damage is seen."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "moto": importlib.metadata.version("moto"),
        "sha256": hashlib.sha256(body).hexdigest(),
    }


def save(file: Path) -> None:
    """Writes the state, whole or not at all. Raises StateError."""
    backends = {
        table.service_name: {account: dict(regions) for account, regions in table.items()}
        for table in BackendDict._instances
    }
    out = io.BytesIO()
    part = file.with_name(f"{file.name}.part")
    try:
        Pickler(out).dump({"backends": backends, "settings": settings.all_values(), "clock": clock.now()})
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(json.dumps(header(out.getbuffer())).encode() + b"\n")
            written.write(out.getbuffer())
        part.replace(file)
    except (OSError, pickle.PicklingError, TypeError, AttributeError) as error:
        message = f"The state can't be kept in {file}: {error}"
        raise StateError(message) from error


#: Open as long as this process lives, as the locks are.
_held: list[Any] = []
#: An emulator that is just ending writes its state first.
PATIENCE_SECONDS = 10.0


def hold(file: Path) -> None:
    """Keeps other emulators from the file, until this process ends. Raises StateError where one has it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # A file of its own, for `save` puts another one in the place of the first.
        held = file.with_name(f"{file.name}.lock").open("w")
    except OSError as error:
        message = f"The state can't be kept in {file.parent}: {error}"
        raise StateError(message) from error
    _held.append(held)
    given_up = time.monotonic() + PATIENCE_SECONDS
    while not _locked(held):
        if time.monotonic() > given_up:
            message = f"Another emulator keeps its state in {file.parent}. End it, or give another folder."
            raise StateError(message)
        time.sleep(0.1)


def _locked(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def load(file: Path) -> None:
    """Puts the state back, before the first request; nothing where there is no file. Raises StateError."""
    try:
        kept = read(file)
    except FileNotFoundError:
        return
    except StateError:
        raise
    except Exception as error:
        message = f"{file} can't be read as a kept state: {error}. {WAY_OUT}"
        raise StateError(message) from error
    for service, accounts in kept["backends"].items():
        table: Any = get_backend(service)
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(table[account], region, backend)
    settings.put_back(kept["settings"])
    clock.go_on_from(kept["clock"])


WAY_OUT = "Move it away, or give another folder."


def read(file: Path) -> dict[str, Any]:
    """What the file holds. Raises StateError for one of another version or a damaged one."""
    first, _, body = file.read_bytes().partition(b"\n")
    try:
        found = json.loads(first)
    except ValueError:
        found = None
    wanted = header(body)
    if not isinstance(found, dict) or found.get("kind") != KIND:
        message = f"{file} can't be read as a kept state: this emulator has not written it. {WAY_OUT}"
        raise StateError(message)
    for name in ("format", "moto"):
        if found.get(name) != wanted[name]:
            versions = f"{name} {found.get(name)}, this is {wanted[name]}"
            message = f"{file} was written by another version ({versions}). {WAY_OUT}"
            raise StateError(message)
    if found != wanted:
        message = f"{file} can't be read as a kept state: it is damaged, its digest does not fit it. {WAY_OUT}"
        raise StateError(message)
    kept: dict[str, Any] = pickle.loads(body)  # noqa: S301 (the user's own)
    return kept
