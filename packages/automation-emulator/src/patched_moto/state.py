"""moto's state in a file, so that it is there again at the next start.

All backends go into one pickle, so that what two of them share (an instance that EC2 and Auto Scaling know) is one
thing again when it is read. A pickle is code: the file is the user's own, in a folder of the user's choice, and is
made readable to nobody else. It is for the same version of moto and of this package; for another one it is refused.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import pickle
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from patched_moto import settings

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


def version() -> str:
    """What a file must have been written by."""
    return importlib.metadata.version("moto")


def save(file: Path) -> None:
    """Writes the state, whole or not at all. Raises StateError."""
    backends = {
        table.service_name: {account: dict(regions) for account, regions in table.items()}
        for table in BackendDict._instances
    }
    out = io.BytesIO()
    part = file.with_name(f"{file.name}.part")
    try:
        Pickler(out).dump({"version": version(), "backends": backends, "settings": settings.all_values()})
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(out.getbuffer())
        part.replace(file)
    except (OSError, pickle.PicklingError, TypeError, AttributeError) as error:
        message = f"The state can't be kept in {file}: {error}"
        raise StateError(message) from error


def load(file: Path) -> None:
    """Puts the state back, before the first request; nothing where there is no file. Raises StateError."""
    if not file.exists():
        return
    try:
        kept = pickle.loads(file.read_bytes())  # noqa: S301 (the user's own)
        made_by = kept["version"]
    except Exception as error:
        message = f"{file} can't be read as a kept state: {error}. Move it away, or give another folder."
        raise StateError(message) from error
    if made_by != version():
        message = f"{file} was written with moto {made_by}, this is {version()}. Move it away, or give another folder."
        raise StateError(message)
    for service, accounts in kept["backends"].items():
        table: Any = get_backend(service)
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(table[account], region, backend)
    settings.put_back(kept["settings"])
