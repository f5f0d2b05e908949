"""Makes a script shorter: annotations and comments go, and blank space that Python does not need; a string that was
written in parts becomes one. Every name, key and text stays, so that a reviewer reads in the document what stands in
the source. Where the document would be too long all the same, names inside the functions of its longest scripts become
short; names of functions, keys and texts stay.

It edits the text by its tokens, never prints a syntax tree: the same text comes out under every version of Python, and
it runs under the oldest one that can read the source.
"""

import ast
import builtins
import io
import itertools
import keyword
import re
import string
import token
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator

_WORD = {token.NAME, token.NUMBER, token.STRING}
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What looks into a function's own names, which become short.
_LOOKING = {"eval", "exec", "globals", "locals", "vars"}


class CannotShortenError(ValueError):
    """A script has something that shortening would change the meaning of."""


def _refuse(text: str) -> None:
    """Refuses what the edits below don't know, rather than making something else of it."""

    def no(what: str, line: int) -> None:
        raise CannotShortenError(f"{what} can't be shortened (line {line} of the script)")

    for part in tokens(text):
        if part.type == token.STRING and part.start[0] != part.end[0]:
            no("a string of several lines", part.start[0])
        if part.type == token.STRING and _is_f(part.string):
            for start, end in _fields(part.string):
                if re.search(r"(?<![=!<>])=\s*$", part.string[start:end]):
                    no("an f-string that shows its expression, as {name=} does,", part.start[0])
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Match):
            no("a match statement", node.lineno)
        if isinstance(node, ast.Name) and node.id in _LOOKING:
            no(f"a use of {node.id}", node.lineno)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ClassDef):
                    no("a class inside a function", inner.lineno)


def _drop(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without some spans of characters, which don't overlap."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return text


def _without_annotations(text: str) -> str:
    """Takes away annotations of arguments, results and variables, and the import of Any."""
    starts = [0, *itertools.accumulate(len(line) for line in text.splitlines(keepends=True))]
    spans: list[tuple[int, int]] = []

    def at(line: int, column: int) -> int:
        # The columns of a syntax tree count bytes of UTF-8.
        row = text[starts[line - 1] : starts[line]].encode()
        return starts[line - 1] + len(row[:column].decode())

    tree = ast.parse(text)
    # In a class an annotation makes a field, of a dataclass or a NamedTuple.
    fields = {part for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for part in node.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation:
            name_end = at(node.lineno, node.col_offset) + len(node.arg)
            spans.append((name_end, at(node.annotation.end_lineno or 0, node.annotation.end_col_offset or 0)))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            end = at(node.returns.end_lineno or 0, node.returns.end_col_offset or 0)
            arrow = text.rindex("->", 0, at(node.returns.lineno, node.returns.col_offset))
            spans.append((text.rindex(")", 0, arrow) + 1, end))
        elif isinstance(node, ast.AnnAssign) and node.value and node not in fields:
            end = at(node.annotation.end_lineno or 0, node.annotation.end_col_offset or 0)
            spans.append((at(node.target.end_lineno or 0, node.target.end_col_offset or 0), end))
    return _without_unused_imports(_drop(text, spans))


def _without_unused_imports(text: str) -> str:
    """Takes away the imports that only annotations needed, and puts those of whole modules on one line."""
    tree = ast.parse(text)
    used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    lines, modules, others = text.splitlines(keepends=True), [], []
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imports:
        kept = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
        names = ", ".join(alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in kept)
        if kept and isinstance(node, ast.Import):
            modules.append(names)
        elif kept and isinstance(node, ast.ImportFrom):
            others.append(f"from {node.module} import {names}\n")
    for node in reversed(imports):
        del lines[node.lineno - 1 : node.end_lineno]
    first = [f"import {', '.join(modules)}\n"] if modules else []
    return "".join([*first, *others, *lines])


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """Tokens; an f-string is one STRING, as it was before Python 3.12."""
    depth, first = 0, None
    start_type, end_type = getattr(token, "FSTRING_START", -1), getattr(token, "FSTRING_END", -1)
    lines = text.splitlines(keepends=True)
    for part in tokenize.generate_tokens(io.StringIO(text).readline):
        if part.type == start_type:
            first, depth = first or part, depth + 1
        elif part.type == end_type:
            depth -= 1
            if depth == 0 and first:
                (row, left), (last, right) = first.start, part.end
                whole = lines[row - 1][left:right] if row == last else ""
                yield tokenize.TokenInfo(token.STRING, whole, first.start, part.end, part.line)
                first = None
        elif depth == 0:
            yield part


def _in_one(first: str, second: str) -> str:
    """Two literals that stand side by side, which are one string to Python, as one literal; empty where one has a
    prefix but f or a backslash, whose meaning may hang on what follows, or where their quotes differ."""
    form = r"""(f?)(['"])(?!\2)([^\\]*)\2"""
    one, two = re.fullmatch(form, first), re.fullmatch(form, second)
    if not one or not two or one[2] != two[2]:
        return ""
    prefix = one[1] or two[1]
    texts = [re.sub("[{}]", r"\g<0>\g<0>", part[3]) if prefix and not part[1] else part[3] for part in (one, two)]
    return prefix + one[2] + "".join(texts) + one[2]


def _blank_between(before: tokenize.TokenInfo, part: tokenize.TokenInfo) -> bool:
    """Whether two tokens need a blank between them: words do, also where only an eye needs it."""
    return before.type in _WORD and part.type in _WORD


def _squeezed(text: str) -> str:
    """The same statements, each on a line of its own, without blanks that Python does not need."""
    lines: list[str] = []
    line, depth, before = "", 0, None
    optional: list[bool] = []
    for part in tokens(text):
        if part.type == token.INDENT:
            depth += 1
        elif part.type == token.DEDENT:
            depth -= 1
        elif part.type == token.NEWLINE:
            lines.append(" " * depth + line)
            line, before = "", None
        elif part.type not in (tokenize.NL, tokenize.COMMENT, token.ENDMARKER):
            if part.type == token.OP and part.string in "([{":
                after = before is not None and (before.type == token.NAME or before.string in (")", "]"))
                after = after and not keyword.iskeyword(before.string if before else "")
                # A comma at the end makes a tuple of parentheses and of a subscript, nothing else.
                optional.append({"(": after, "[": not after, "{": True}[part.string])
            elif part.type == token.OP and part.string in ")]}":
                droppable = optional.pop()
                line = line[:-1] if droppable and before and before.string == "," else line
            both = _in_one(before.string, part.string) if before and before.type == part.type == token.STRING else ""
            if both and before:
                line = line.removesuffix(before.string)
                part = part._replace(string=both)  # noqa: PLW2901
            elif before and _blank_between(before, part):
                line += " "
            line += part.string.removeprefix("0") if part.type == token.NUMBER and "." in part.string else part.string
            before = part
    return "\n".join(lines) + "\n"


def _fields(literal: str) -> Iterator[tuple[int, int]]:
    """Where in an f-string's text the expressions of its fields stand."""
    position = 0
    while (position := literal.find("{", position)) >= 0:
        if literal[position + 1] == "{":
            position += 2
            continue
        depth, quote, start = 0, "", position + 1
        for end in range(start, len(literal)):
            mark = literal[end]
            if quote:
                quote = "" if mark == quote else quote
            elif mark in "'\"":
                quote = mark
            elif mark in "([{":
                depth += 1
            elif depth == 0 and (mark in "}:" or (mark == "!" and literal[end + 1] != "=")):
                break
            elif mark in ")]}":
                depth -= 1
        yield start, end
        # A field's format may hold fields of its own.
        position = end


def _rename_in_literal(literal: str, names: dict[str, str]) -> str:
    """An f-string whose fields use the new names; any other literal as it is."""
    if not _is_f(literal):
        return literal
    for start, end in sorted(_fields(literal), reverse=True):
        literal = literal[:start] + _renamed(literal[start:end], names) + literal[end:]
    return literal


def _renamed(text: str, names: dict[str, str]) -> str:
    """The text with names replaced where they stand as names: not after a dot, not in strings."""
    lines = text.splitlines(keepends=True)
    edits = []
    before = ""
    for part in tokens(text):
        if part.type == token.NAME and part.string in names and before != ".":
            edits.append((part, names[part.string]))
        elif part.type == token.STRING:
            edits.append((part, _rename_in_literal(part.string, names)))
        if part.type not in (token.NEWLINE, tokenize.NL, tokenize.COMMENT):
            before = part.string
    return _edited(lines, edits)


def _bound(function: ast.FunctionDef) -> set[str]:
    """Every name that a function binds, in itself and in what it defines inside."""
    names = {part.id for part in ast.walk(function) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    names |= {part.arg for part in ast.walk(function) if isinstance(part, ast.arg)}
    names |= {part.name for part in ast.walk(function) if isinstance(part, ast.ExceptHandler) and part.name}
    names -= {name for part in ast.walk(function) if isinstance(part, ast.Global) for name in part.names}
    return names | {part.name for part in ast.walk(function) if isinstance(part, ast.FunctionDef)} - {function.name}


def _short_names(text: str, names: Iterable[str]) -> dict[str, str]:
    """New names, the shortest for those that the text uses most; none that the text has already."""
    words = Counter(part.group() for part in _WORDS.finditer(text))
    wanted = sorted(names, key=lambda name: (-words[name] * len(name), name))
    letters = string.ascii_lowercase + string.ascii_uppercase
    pairs = (first + second for first in letters for second in letters)
    free = (name for name in itertools.chain(letters, pairs) if name not in words and not keyword.iskeyword(name))
    return {name: new for name, new in zip(wanted, free, strict=False) if len(new) < len(name)}


_BUILTINS = frozenset(dir(builtins))


def _with_short_locals(text: str) -> str:
    """Each function with short names inside. A name keeps its form where a call inside the function gives it by
    keyword, and as a parameter that any call in the script gives so; a function that a library calls by keyword takes
    what it is given as **names."""
    tree = ast.parse(text)
    by_keyword = _by_keyword(tree)
    outer = {name for node in tree.body for name in _top_names(node)}
    lines = text.splitlines(keepends=True)
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            body = "".join(lines[first:last])
            parameters = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
            inside = {part.arg for part in ast.walk(node) if isinstance(part, ast.keyword)}
            kept = inside | (by_keyword & parameters) | outer | _BUILTINS
            lines[first:last] = [_renamed(body, _short_names(body, _bound(node) - kept))]
    return "".join(lines)


def _by_keyword(tree: ast.Module) -> set[str | None]:
    """The names that a call gives by keyword to what may be a function of the script; all those of a function that a
    call gives a whole dictionary (**)."""
    given = {
        part.arg
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and not (isinstance(call.func, ast.Name) and call.func.id in _BUILTINS)
        for part in call.keywords
    }
    spread = {
        part.func.id
        for part in ast.walk(tree)
        if isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and any(keyword.arg is None for keyword in part.keywords)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in spread:
            given |= {part.arg for part in [*node.args.args, *node.args.kwonlyargs]}
    return given


def _top_names(node: ast.stmt) -> list[str]:
    """The names that a statement binds at the top of a script."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return []


def _is_f(literal: str) -> bool:
    return "f" in literal[: literal.index(literal[-1])].lower()


def _edited(lines: list[str], edits: list[tuple[tokenize.TokenInfo, str]]) -> str:
    """The lines as a text, with tokens of one line each replaced."""
    for part, new in reversed(edits):
        row, (_, left), (_, right) = part.start[0] - 1, part.start, part.end
        lines[row] = lines[row][:left] + new + lines[row][right:]
    return "".join(lines)


_COMPOUND = re.compile(r"(?:class|def|elif|else|except|finally|for|if|try|while|with)\b")
# As long as an eye can follow a line.
_LONGEST = 240


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joined(text: str) -> str:
    """Simple statements that follow each other on one line, and behind the head that they alone belong to."""
    lines: list[str] = []
    for line in text.splitlines():
        last = lines[-1] if lines else ""
        same = _indent(line) == _indent(last) > 0 and len(last) + len(line) < _LONGEST
        if same and not any(_COMPOUND.match(part.lstrip()) for part in (last, line)):
            lines[-1] += "; " + line.lstrip()
        else:
            lines.append(line)
    for at in range(len(lines) - 2, -1, -1):
        head, body = lines[at], lines[at + 1]
        after = _indent(lines[at + 2]) if at + 2 < len(lines) else 0
        alone = head.endswith(":") and _indent(body) > _indent(head) >= after and len(head) + len(body) < _LONGEST
        if alone and not _COMPOUND.match(body.lstrip()):
            lines[at : at + 2] = [f"{head} {body.lstrip()}"]
    return "\n".join(lines) + "\n"


def shorten(text: str, short_locals: bool = False) -> str:
    """The script without annotations, comments and blank space; with short names inside its functions, if asked.

    Raises:
        CannotShortenError: where that would change what the script does.
    """
    _refuse(text)
    result = _without_annotations(text)
    if short_locals:
        result = _with_short_locals(result)
    result = _joined(_squeezed(result))
    ast.parse(result)
    return result
