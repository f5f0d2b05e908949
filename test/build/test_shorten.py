"""Shortening changes how a script reads, never what it does."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build" / "inline"))

from shorten import LEVELS, CannotShortenError, shorten  # noqa: E402

SAMPLE = """from typing import Any
import json
import re

LIMIT = 3
# A comment.
PLACES = {"first": "InstanceId", "second": "InstanceId",}


def helper(values: list[str], *, separator: str = ", ", **more: Any) -> str:
    joined = separator.join(f"{value!r:>{len(values)}} {{as it is}}" for value in values)
    return joined + f" {more['InstanceId']}" + "InstanceId" "InstanceId"


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    found: list[str] = []
    for name in sorted(events):
        if name == "boom":
            continue
        elif not re.fullmatch("[a-zäöü]+", name) and name not in ("", "InstanceId"):
            found.append(f"odd {name}: {events[name] if name in events else 'none'}")
        else:
            first, *rest = [*events[name], None]
            found.append(f"{name}={first} {len(rest)}")
    try:
        number = int(events.get("number", ["x"])[0])
    except ValueError as error:
        number = -1
        found.append(f"{type(error).__name__}: {error}")
    with_comma = (number,)
    text = helper(found, separator="; ", InstanceId="InstanceId")
    result = {"text": text, "number": number if number < LIMIT else LIMIT, "one": with_comma, "places": PLACES}
    return json.loads(json.dumps(result)) | {"lambda": (lambda number: number + 1)(number)}
"""


SHORT = [shorten(SAMPLE, level) for level in range(LEVELS + 1)]


def run(script: str, events: Any) -> Any:
    """What the script's handler gives for a payload."""
    space: dict[str, Any] = {}
    exec(compile(script, "script", "exec"), space)  # noqa: S102
    return space["handler"](events, {})


@pytest.mark.parametrize("level", range(1, LEVELS + 1))
@settings(deadline=None)
@given(
    events=st.dictionaries(
        st.sampled_from(["a", "boom", "InstanceId", "Größe", "ä", "number", ""]),
        st.lists(st.text(max_size=3) | st.integers().map(str), min_size=1, max_size=3),
    )
)
def test_a_shortened_script_gives_what_the_readable_one_gives(level: int, events: dict[str, list[str]]) -> None:
    assert run(SHORT[level], events) == run(SAMPLE, events)


def scripts(level: int) -> list[str]:
    """The runbook's scripts at a level."""
    handlers = sorted(str(path) for path in (ROOT / "steps").glob("**/handler.py"))
    request = {"handlers": handlers, "shared": str(ROOT / "steps" / "shared"), "levels": [level]}
    command = [sys.executable, str(ROOT / "build" / "inline" / "inline.py")]
    answer = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)  # noqa: S603
    found: list[str] = json.loads(answer.stdout)[0]
    return found


def shape(script: str) -> str:
    """The syntax tree without annotations and names, and with named strings put back."""
    tree = ast.parse(script)
    named: dict[str, ast.expr] = {}
    body: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        values = (
            statement.value.elts if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple) else []
        )
        if isinstance(target, ast.Tuple) and all(isinstance(value, ast.Constant) for value in values):
            named |= {
                name.id: value for name, value in zip(target.elts, values, strict=True) if isinstance(name, ast.Name)
            }
        else:
            body.append(statement)

    class Blank(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return named.get(node.id, ast.Name("n", ast.Load()))

        def visit_arg(self, node: ast.arg) -> ast.AST:
            return ast.arg("n")

        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            node.name, node.returns = "n", None
            return self.generic_visit(node)

        def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
            node.name = node.name and "n"
            return self.generic_visit(node)

        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
            assert node.value
            return self.generic_visit(ast.Assign([node.target], node.value))

    return ast.dump(Blank().visit(ast.Module(body, [])))


@pytest.mark.parametrize("level", range(1, LEVELS + 1))
def test_the_runbooks_scripts_keep_their_structure(level: int) -> None:
    for readable, short in zip(scripts(0), scripts(level), strict=True):
        assert shape(short) == shape(readable)


def test_each_level_is_shorter_than_the_one_before() -> None:
    sizes = [len(text) for text in SHORT]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 3


def test_functions_and_strings_keep_their_names_up_to_level_3() -> None:
    script = SHORT[3]
    assert "def helper(" in script
    assert "separator=" in script
    assert '"InstanceId"' in script


@pytest.mark.parametrize(
    "text",
    [
        '"one " "two"',
        'f"{name} " "{as it is}"',
        '"{as it is} " f"{name}"',
        'f"{name}" f"{name!r:>9}"',
        '"it\'s " \'"so"\'',
        '"" "two"',
        'r"\\n" "\\n"',
        '"\\1" "2"',
        '"\\N{DASH}" f"{name}"' if sys.version_info >= (3, 12) else '"\\\\" f"{name}"',
    ],
)
@pytest.mark.parametrize("level", range(2, LEVELS + 1))
def test_a_string_written_in_parts_stays_the_same_string(level: int, text: str) -> None:
    script = f"def handler(events, context):\n    name = events['name']\n    return [name, {text}]\n"
    assert run(shorten(script, level), {"name": "x"}) == run(script, {"name": "x"})


def test_a_string_written_in_parts_becomes_one() -> None:
    script = 'def handler(events, context):\n    return f"{events} " "{so} " f"{context}"\n'
    assert 'f"{events} {{so}} {context}"' in shorten(script, 2)


def test_blanks_that_only_a_reader_needs_go_at_level_4() -> None:
    script = "def handler(events, context):\n    return 'a' if events else rb'b' if context else f'c'\n"
    assert "return 'a' if" in shorten(script, 3)
    assert "return'a'if" in shorten(script, 4)
    assert "else rb'b'if" in shorten(script, 4)
    assert "else f'c'" in shorten(script, 4)


HEAD = "def handler(events, context):\n"
SECTIONS = Path(__file__).with_name("hard_scripts.txt").read_text(encoding="utf-8").split("=== ")[1:]
HARD = dict(section.split("\n", 1) for section in SECTIONS)


@pytest.mark.parametrize("level", range(1, LEVELS + 1))
@pytest.mark.parametrize("name", HARD)
def test_what_is_hard_to_shorten_keeps_its_meaning(name: str, level: int) -> None:
    assert run(shorten(HARD[name], level), {}) == run(HARD[name], {})


@pytest.mark.parametrize(
    "body",
    [
        "match events:\n        case _:\n            return 1",
        "name = 1\n    return f'{name = }'",
        'return """a\n    # b"""',
        "return locals()",
        "class Inner:\n        value = 1\n    return Inner.value",
    ],
)
def test_what_would_change_is_refused(body: str) -> None:
    with pytest.raises(CannotShortenError, match=r"can't be shortened \(line \d+ of the script\)"):
        shorten(f"{HEAD}    {body}\n", 1)
