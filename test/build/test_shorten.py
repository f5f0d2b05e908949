"""Shortening changes how a script reads, never what it does."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build" / "inline"))

from shorten import CannotShortenError, shorten  # noqa: E402

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


# With every name, and with short names inside functions.
FORMS = (False, True)
SHORT = {form: shorten(SAMPLE, form) for form in FORMS}


def run(script: str, events: Any) -> Any:
    """What the script's handler gives for a payload."""
    space: dict[str, Any] = {}
    exec(compile(script, "script", "exec"), space)  # noqa: S102
    return space["handler"](events, {})


@pytest.mark.parametrize("short_locals", FORMS)
@settings(deadline=None)
@given(
    events=st.dictionaries(
        st.sampled_from(["a", "boom", "InstanceId", "Größe", "ä", "number", ""]),
        st.lists(st.text(max_size=3) | st.integers().map(str), min_size=1, max_size=3),
    )
)
def test_a_shortened_script_gives_what_the_readable_one_gives(short_locals: bool, events: dict[str, list[str]]) -> None:
    assert run(SHORT[short_locals], events) == run(SAMPLE, events)


NAMES = st.sampled_from(["events", "amount", "name", "a", "b", "found", "helper", "Name"])
ATOMS = (
    NAMES
    | st.integers(0, 9).map(str)
    | st.sampled_from(["'name'", '"a {b}"', "'x' 'y'", "()", "(1,)", "[1, 2,]", "{'a': 1,}", "None"])
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of others, in the ways that handlers use."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "==", "and", "or", "not in", "if a else"]), inner).map(
            lambda it: f"({it[0]} {it[1]} {it[2]})"
        ),
        st.tuples(inner, inner).map(lambda it: f"helper(amount={it[0]}, name={it[1]})"),
        st.tuples(NAMES, inner, inner).map(lambda it: f"[{it[1]} for {it[0]} in (1, {it[2]}, 'b')]"),
        st.tuples(NAMES, inner, inner).map(lambda it: f"(lambda {it[0]}, *b: {it[1]})({it[2]})"),
        st.tuples(NAMES, inner).map(lambda it: f"({it[0]} := {it[1]})"),
        st.tuples(NAMES, NAMES).map(lambda it: f'f"{{{it[0]}!r:>9}} name {{{{a}}}} {{{it[1]}}}"'),
        inner.map(lambda it: f"{{'name': {it}, **{{'a': 1}}}}['name']"),
    )


EXPRESSIONS = st.recursive(ATOMS, combined, max_leaves=6)


def nested(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Statements that hold others."""
    body = inner.map(lambda lines: [f" {line}" for line in lines])
    return st.one_of(
        st.tuples(EXPRESSIONS, body, body).map(lambda it: [f"if {it[0]}:", *it[1], "else:  # or", *it[2]]),
        st.tuples(NAMES, body).map(lambda it: [f"for {it[0]} in ('a', 2):", *it[1]]),
        st.tuples(body, NAMES, body).map(lambda it: ["try:", *it[0], f"except ValueError as {it[1]}:", *it[2]]),
        st.tuples(body, NAMES).map(
            lambda it: ["def inner(name, amount=2):", *it[0], " return name", f"{it[1]} = inner(name={it[1]})"]
        ),
        st.tuples(inner, inner).map(lambda it: [*it[0], "", *it[1]]),
    )


SIMPLE = st.one_of(
    st.tuples(NAMES, EXPRESSIONS).map(lambda it: [f"{it[0]}: Any = {it[1]}  # why"]),
    st.tuples(NAMES, EXPRESSIONS).map(lambda it: [f"{it[0]}, *b = [{it[1]}, 3]"]),
    EXPRESSIONS.map(lambda it: [f"KEPT.append(str({it}))"]),
    st.just(["raise ValueError(str(KEPT))"]),
)
BODIES = st.recursive(SIMPLE, nested, max_leaves=6)


def without_places(text: str) -> str:
    """A text without the names and places in memory of functions."""
    return re.sub("<function .*? at 0x[0-9a-f]+>", "<function>", text)


def outcome(script: str) -> object:
    """What a script gives or raises; Python's own messages name variables, so of those errors only the kind counts."""
    try:
        return without_places(str(run(script, {"a": 1})))
    except ValueError as error:
        return without_places(str(error))
    except (TypeError, NameError) as error:
        return type(error)


@settings(deadline=None)
@given(BODIES, EXPRESSIONS)
def test_any_script_of_the_parts_that_handlers_use_does_the_same_when_shortened(body: list[str], result: str) -> None:
    head = ["from typing import Any", "KEPT: list[Any] = []", "def helper(amount: Any, *, name: Any = 1) -> Any:"]
    head += ["    return [amount, name]", "def handler(events: Any, context: Any) -> Any:"]
    lines = ["a, b, amount, name, found, Name = 1, 'b', [], 'n', {}, 'N'", *body, f"return str([KEPT, {result}])"]
    script = "\n".join([*head, *(f"    {line}" for line in lines)]) + "\n"
    try:
        compile(script, "script", "exec")
    except SyntaxError:
        return  # Such as a name of a comprehension that := binds in it.
    before = outcome(script)
    for short_locals in FORMS:
        assert outcome(shorten(script, short_locals)) == before


def scripts() -> list[list[str]]:
    """The runbook's scripts, each in its three forms."""
    handlers = sorted(str(path) for path in (ROOT / "steps").glob("**/handler.py"))
    request = {"handlers": handlers, "shared": str(ROOT / "steps" / "shared")}
    command = [sys.executable, str(ROOT / "build" / "inline" / "inline.py")]
    answer = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)  # noqa: S603
    return [[form["text"] for form in forms] for forms in json.loads(answer.stdout)]


def shape(script: str, names: bool) -> str:
    """The syntax tree without annotations and imports; with its names, or without those inside functions."""

    class Plain(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return node if names else ast.Name("n", ast.Load())

        def visit_arg(self, node: ast.arg) -> ast.AST:
            return ast.arg(node.arg if names else "n")

        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            node.returns = None
            if not names and node.col_offset:
                node.name = "n"
            return self.generic_visit(node)

        def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
            node.name = node.name if names else node.name and "n"
            return self.generic_visit(node)

        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
            assert node.value
            return self.generic_visit(ast.Assign([node.target], node.value))

    kept = [node for node in ast.parse(script).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return ast.dump(Plain().visit(ast.Module(kept, [])))


def test_the_runbooks_scripts_keep_their_structure_and_texts_and_in_their_short_form_every_name() -> None:
    for readable, short, shortest in scripts():
        assert shape(short, names=True) == shape(readable, names=True)
        assert shape(shortest, names=False) == shape(readable, names=False)


def test_each_form_is_shorter_than_the_one_before() -> None:
    assert len(SAMPLE) > len(SHORT[False]) > len(SHORT[True])


def test_functions_keywords_and_texts_keep_their_names_in_both_forms() -> None:
    for text in SHORT.values():
        assert "def helper(" in text
        assert "separator=" in text
        assert '"InstanceId"' in text


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
@pytest.mark.parametrize("short_locals", FORMS)
def test_a_string_written_in_parts_stays_the_same_string(short_locals: bool, text: str) -> None:
    script = f"def handler(events, context):\n    name = events['name']\n    return [name, {text}]\n"
    assert run(shorten(script, short_locals), {"name": "x"}) == run(script, {"name": "x"})


def test_a_string_written_in_parts_becomes_one() -> None:
    script = 'def handler(events, context):\n    return f"{events} " "{so} " f"{context}"\n'
    assert 'f"{events} {{so}} {context}"' in shorten(script)


HEAD = "def handler(events, context):\n"
SECTIONS = Path(__file__).with_name("hard_scripts.txt").read_text(encoding="utf-8").split("=== ")[1:]
HARD = dict(section.split("\n", 1) for section in SECTIONS)


@pytest.mark.parametrize("short_locals", FORMS)
@pytest.mark.parametrize("name", HARD)
def test_what_is_hard_to_shorten_keeps_its_meaning(name: str, short_locals: bool) -> None:
    assert run(shorten(HARD[name], short_locals), {}) == run(HARD[name], {})


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
        shorten(f"{HEAD}    {body}\n")
