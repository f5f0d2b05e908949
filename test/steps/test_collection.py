"""No test of Python lies where pytest does not look: by its default it passes over folders called build."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_file_of_tests_lies_where_pytest_looks(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {
        folder
        for place in pytestconfig.getini("testpaths")
        for file in (ROOT / place).rglob("test_*.py")
        for folder in file.relative_to(ROOT).parts[:-1]
        if "node_modules" not in file.parts
    }
    assert [name for name in sorted(folders) if any(fnmatch(name, pattern) for pattern in passed_over)] == []
