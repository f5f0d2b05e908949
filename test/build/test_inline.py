"""Inlining: what a handler needs comes into its script, each thing once, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HANDLER = "def handler(events, context):\n"


def inline(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    """Inlines `handler` (its text) with shared modules (their texts by name)."""
    shared = folder / "shared"
    shared.mkdir()
    for name, text in files.items():
        (folder / "handler.py" if name == "handler" else shared / f"{name}.py").write_text(text, encoding="utf-8")
    request = {"handlers": [str(folder / "handler.py")], "shared": str(shared)}
    command = [sys.executable, str(ROOT / "build" / "inline" / "inline.py")]
    return subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False)  # noqa: S603


def script(answer: subprocess.CompletedProcess[str]) -> str:
    """The one script of an answer."""
    assert answer.returncode == 0, answer.stderr
    return str(json.loads(answer.stdout)[0][0]["text"])


def test_a_shared_function_and_what_it_needs_comes_in_once(tmp_path: Path) -> None:
    text = script(
        inline(
            tmp_path,
            handler="from shared.a import one\nfrom shared.b import two\n\n\n" + HANDLER + "    return one() + two()\n",
            a="import json\n\nfrom shared.b import two\n\n\ndef one():\n    return two() + json.loads('1')\n",
            b="def two():\n    return 2\n\n\ndef three():\n    return 3\n",
        )
    )
    assert text.count("def two") == 1
    assert "def three" not in text
    assert text.startswith("import json\n")
    space: dict[str, object] = {}
    exec(text, space)  # noqa: S102
    assert space["handler"]({}, {}) == 5  # type: ignore[operator]


def test_a_shared_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer = inline(tmp_path, handler="from shared.gone import x\n\n\ndef handler(events, context):\n    return x()\n")
    assert answer.returncode != 0
    assert "there is no shared module gone" in answer.stderr


def test_a_name_that_the_shared_module_lacks_is_named(tmp_path: Path) -> None:
    handler = "from shared.a import x\n\n\ndef handler(events, context):\n    return x()\n"
    answer = inline(tmp_path, handler=handler, a="def y():\n    return 1\n")
    assert "shared/a.py does not define x" in answer.stderr


def test_what_nothing_uses_is_refused(tmp_path: Path) -> None:
    answer = inline(tmp_path, handler="def idle():\n    return 1\n\n\ndef handler(events, context):\n    return 2\n")
    assert "nothing uses idle" in answer.stderr


def test_two_things_of_one_name_are_refused(tmp_path: Path) -> None:
    answer = inline(
        tmp_path,
        handler="from shared.a import one\n\n\ndef helper():\n    return 1\n\n\n"
        + HANDLER
        + "    return one() + helper()\n",
        a="def helper():\n    return 2\n\n\ndef one():\n    return helper()\n",
    )
    assert "two definitions of helper" in answer.stderr


def test_code_that_runs_when_it_is_read_is_refused(tmp_path: Path) -> None:
    answer = inline(tmp_path, handler="print('hello')\n\n\ndef handler(events, context):\n    return 2\n")
    assert "handler.py:1: a handler holds imports and definitions only" in answer.stderr


def test_a_file_that_is_no_python_is_refused(tmp_path: Path) -> None:
    answer = inline(tmp_path, handler="def handler(events, context)\n    return 2\n")
    assert answer.returncode != 0
    assert "SyntaxError" in answer.stderr


def test_a_handler_without_the_function_is_refused(tmp_path: Path) -> None:
    assert "there is no function handler" in inline(tmp_path, handler="X = 1\n").stderr


def test_two_modules_of_one_package_are_both_imported(tmp_path: Path) -> None:
    handler = "import os.path\nimport xml.dom\nimport xml.sax\n\n\n" + HANDLER
    text = script(inline(tmp_path, handler=handler + "    return os.path.sep, xml.dom, xml.sax\n"))
    assert text.startswith("import os.path\nimport xml.dom\nimport xml.sax\n")


def test_one_name_for_two_imports_is_refused(tmp_path: Path) -> None:
    answer = inline(
        tmp_path,
        handler="from json import loads as read\n\nfrom shared.a import one\n\n\n"
        + HANDLER
        + "    return read(one())\n",
        a="from ast import literal_eval as read\n\n\ndef one():\n    return read('1')\n",
    )
    assert "read is two things in one script" in answer.stderr


def test_one_name_for_an_import_and_a_definition_is_refused(tmp_path: Path) -> None:
    answer = inline(
        tmp_path,
        handler="from shared.a import one\n\n\ndef sub():\n    return 1\n\n\n" + HANDLER + "    return one() + sub()\n",
        a="from re import sub\n\n\ndef one():\n    return sub('a', 'b', 'a')\n",
    )
    assert "sub is defined and imported" in answer.stderr


def test_an_import_that_a_script_alone_can_not_have_is_refused(tmp_path: Path) -> None:
    for number, line in enumerate(["from . import x", "from __future__ import annotations"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert "handler.py:1: a script can't take in" in inline(folder, handler=f"{line}\n\n\n{HANDLER}    x\n").stderr


def test_a_docstring_of_several_lines_goes_and_any_other_such_string_is_refused(tmp_path: Path) -> None:
    documented = HANDLER + '    """Doc.\n\n    More."""\n\n    return 1\n'
    for number, (handler, refused) in enumerate([(documented, ""), (HANDLER + '    return """a\n\n  b"""\n', "lines")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        answer = inline(folder, handler=handler)
        assert refused in answer.stderr
        assert bool(answer.returncode) == bool(refused)
        assert "More." not in answer.stdout


def test_a_docstring_that_shares_its_line_takes_no_code_along(tmp_path: Path) -> None:
    handler = 'def one(): "Doc."; return 1\n\n\n' + HANDLER + '    "Doc."; x = one()\n    return x\n'
    space: dict[str, object] = {}
    exec(script(inline(tmp_path, handler=handler)), space)  # noqa: S102
    assert space["handler"]({}, {}) == 1  # type: ignore[operator]


def test_what_can_not_be_shortened_is_named(tmp_path: Path) -> None:
    handler = HANDLER + "    match events:\n        case _:\n            return 1\n"
    answer = inline(tmp_path, handler=handler)
    assert answer.stderr.strip().endswith("handler.py: a match statement can't be shortened (line 4 of the script)")


def test_each_script_comes_in_three_forms_each_shorter_and_the_same_in_effect(tmp_path: Path) -> None:
    handler = "from typing import Any\n\n\n# Why.\ndef twice(amount: int) -> int:\n    return amount * 2\n\n\n"
    handler += "def handler(events: dict[str, Any], context: Any) -> int:\n    amount = 4\n    return twice(amount)\n"
    answer = inline(tmp_path, handler=handler)
    [readable, short, shortest] = (form["text"] for form in json.loads(answer.stdout)[0])
    assert "# Why." in readable
    assert "def twice(amount):" in short
    assert "def twice(a):" in shortest
    assert len(readable) > len(short) > len(shortest)
    for text in (readable, short, shortest):
        space: dict[str, object] = {}
        exec(text, space)  # noqa: S102
        assert space["handler"]({}, {}) == 8  # type: ignore[operator]
