"""What moto 5.2.1 finds out anew for every request, found out once.

moto lists the folders of its own package to see whether a host names one of them, and the methods of the class
that answers by a walk through all its members. Neither changes while the server runs, and together they took
two fifths of the time of a request. And it makes an RSA key for each key of KMS, most of which sign nothing: that
takes as long as fifty requests.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from moto import backends
from moto.core import responses
from moto.kms.utils import RSAPrivateKey

from patched_moto.patch import instead_of


def apply() -> None:
    """Remembers the two, and makes an RSA key when it is asked for."""
    modules = frozenset(backends.list_of_moto_modules())
    instead_of(backends, "list_of_moto_modules")(lambda: modules)

    original = responses.method_names_from_class
    instead_of(responses, "method_names_from_class")(cache(lambda clazz: frozenset(original(clazz))))

    @instead_of(RSAPrivateKey, "__init__")
    def init(self: Any, key_size: int) -> None:
        self.key_size = key_size

    def made(self: Any, name: str) -> Any:
        if name != "private_key":
            raise AttributeError(name)
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=self.key_size)
        return self.private_key

    # Asked for what the object has not; assigned, as there is nothing in the class to stand in for.
    cast(Any, RSAPrivateKey).__getattr__ = made
