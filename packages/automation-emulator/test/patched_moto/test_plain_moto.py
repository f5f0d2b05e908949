"""Each patch patches something: the tests of the patches fail on moto as it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from patched_aws import PLAIN


@pytest.mark.skipif(PLAIN, reason="this is plain moto")
def test_every_test_of_a_mend_fails_on_plain_moto() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "--tb=no", "-m", "patch"]
    environment = {**os.environ, "EMULATOR_PLAIN": "1"}
    folder = Path(__file__).parent
    ended = subprocess.run([*command, str(folder)], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0, ended.stdout[-4000:]
    assert re.search(r"\d+ xfailed", ended.stdout)
