"""A patched moto, and accounts on it.

The same tests run against moto as it is installed when EMULATOR_PLAIN is set; there, those marked `patch` are
expected to fail, each of them (test_plain_moto.py does it). The account goes by a header then, as plain moto
does not know it from the key, so that a test fails for its behaviour and not for want of an account.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from patched_aws import PLAIN, Account, Network

SERVE = Path(__file__).parents[2] / "src" / "patched_moto" / "serve.py"
IMAGE_DELAY = 0.3

_accounts = count(111122220000)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker of the tests that fail on plain moto."""
    config.addinivalue_line("markers", "patch: shows behaviour of AWS that moto does not have without its patch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On plain moto the tests of the patches must fail."""
    if PLAIN:
        for item in items:
            if item.get_closest_marker("patch"):
                item.add_marker(pytest.mark.xfail(strict=True, reason="plain moto"))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The server's URL; the server ends with the session."""
    options = ["--plain"] if PLAIN else ["--image-delay", str(IMAGE_DELAY)]
    command = [sys.executable, str(SERVE), *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as server:  # noqa: S603
        assert server.stdin
        assert server.stdout
        yield f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}"
        server.stdin.close()


@pytest.fixture
def new_account(endpoint: str) -> Callable[[], Account]:
    """Makes further accounts."""
    return lambda: Account(endpoint, str(next(_accounts)))


@pytest.fixture
def account(new_account: Callable[[], Account]) -> Account:
    """The test's own account."""
    return new_account()


@pytest.fixture
def ec2(account: Account) -> Any:
    """EC2 in the test's own account."""
    return account.client("ec2")


@pytest.fixture
def network(ec2: Any) -> Network:
    """A VPC of the test's own account."""
    return Network(ec2)
