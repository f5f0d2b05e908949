"""Joins a handler and the shared code that it uses into one script.

Reads handler paths and a folder of shared modules from standard input, and writes each script as JSON in three forms:
as it is, shortened, and shortened with short local names (shorten.py), each with its bytes by the file that they come
from. In a handler the lines
`from shared.x import …` give way to the definitions they name and all that those need, each once;
what is not reachable stays out, so that a script in the document holds only code that it runs.
Docstrings give way to the step's description in the document, comments stay.

Errors: SystemExit with one sentence that names the file and what is wrong in it.
"""

import ast
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from shorten import CannotShortenError, shorten

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Module:
    """A parsed file: its lines, its outer imports by the name that they bind, and its definitions by name, in order."""

    lines: list[str]
    imports: dict[str, list[str]]
    shared: dict[str, str]
    definitions: dict[str, Definition]


def names_of(node: ast.stmt) -> list[str]:
    """The names that a definition binds at the top of its module."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def load(path: Path) -> Module:
    """Parses one file, refusing what an inlined script can't have."""
    text = path.read_text(encoding="utf-8")
    imports: dict[str, list[str]] = {}
    shared: dict[str, str] = {}
    definitions: dict[str, Definition] = {}
    for node in ast.parse(text, str(path)).body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                # botocore.config and botocore.exceptions both bind botocore, and both are needed.
                line = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                imports.setdefault(bound, []).append(line)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared."):
            for alias in node.names:
                if alias.asname or alias.name == "*":
                    raise SystemExit(f"{path}:{node.lineno}: import shared names one by one and under their own name")
                shared[alias.name] = str(node.module).removeprefix("shared.")
        elif isinstance(node, ast.ImportFrom) and (node.level or node.module == "__future__"):
            what = "." * node.level + (node.module or "")
            raise SystemExit(f"{path}:{node.lineno}: a script can't take in an import from {what}")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                bound = alias.asname or alias.name
                line = f"from {node.module} import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                imports[bound] = [line]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign) and names_of(node):
            for name in names_of(node):
                definitions[name] = node
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            raise SystemExit(
                f"{path}:{node.lineno}: a handler holds imports and definitions only, nothing that runs when it is read"
            )
    return Module(text.split("\n"), imports, shared, definitions)


def names_in(node: ast.AST) -> set[str]:
    """Every name that a piece of code reads."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def docstring_lines(node: ast.AST) -> set[int]:
    """The line numbers of docstrings in a definition, but for one that is its whole body."""
    lines: set[int] = set()
    for part in ast.walk(node):
        if (
            isinstance(part, ast.FunctionDef | ast.ClassDef)
            and len(part.body) > 1
            and ast.get_docstring(part) is not None
        ):
            first = part.body[0]
            if first.lineno == part.lineno or part.body[1].lineno == first.end_lineno:
                continue  # It shares its line with code.
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def source(module: Module, node: Definition) -> str:
    """The text of a definition with its decorators and the comment right above it, without docstrings."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and module.lines[first - 2].startswith("#"):
        first -= 1
    dropped = docstring_lines(node)
    rows = [n for n in range(first, (node.end_lineno or node.lineno) + 1) if n not in dropped]
    # No string goes over several lines: shortening refuses one.
    return "\n".join(module.lines[n - 1].rstrip() for n in rows if module.lines[n - 1].strip())


def import_lines(imports: set[str]) -> list[str]:
    """The imports in the order of the formatter, one line for all names from a module."""
    names: dict[str, list[str]] = {}
    for line in sorted(imports, key=lambda line: (line.startswith("from"), line)):
        head, _, name = line.partition(" import ") if line.startswith("from") else (line, "", "")
        names.setdefault(head, []).append(name)
    return [f"{head} import {', '.join(each)}" if each[0] else head for head, each in names.items()]


def inline(handler: Path, folder: Path, modules: dict[str, Module]) -> tuple[str, dict[str, str]]:
    """One script: imports, the shared definitions in use, the handler's own; and each definition's file by its name."""
    imports: dict[str, set[str]] = {}
    order: list[tuple[str, Definition]] = []
    placed: set[int] = set()
    files: dict[str, str] = {}

    def place(module: Module, name: str, where: Path) -> None:
        if name in module.definitions:
            node = module.definitions[name]
            if id(node) in placed:
                return
            placed.add(id(node))
            for used in sorted(names_in(node)):
                place(module, used, where)
            order.append((source(module, node), node))
            files.update(dict.fromkeys(names_of(node), where.name if where == handler else f"shared/{where.name}"))
        elif name in module.shared:
            path = folder / f"{module.shared[name]}.py"
            if str(path) not in modules:
                if not path.exists():
                    raise SystemExit(f"{where}: there is no shared module {module.shared[name]} ({path})")
                modules[str(path)] = load(path)
            if name not in modules[str(path)].definitions:
                raise SystemExit(f"{where}: shared/{path.name} does not define {name}")
            place(modules[str(path)], name, path)
        elif name in module.imports:
            lines = imports.setdefault(name, set())
            lines.update(module.imports[name])
            # Parts of one package bind the package; any other two lines bind one name to two things.
            if len(lines) > 1 and not all(line.startswith(f"import {name}") and " as " not in line for line in lines):
                raise SystemExit(f"{where}: {name} is two things in one script: {' and '.join(sorted(lines))}")

    own = load(handler)
    if "handler" not in own.definitions:
        raise SystemExit(f"{handler}: there is no function handler(events, context)")
    place(own, "handler", handler)
    unused = [name for name, node in own.definitions.items() if id(node) not in placed]
    if unused:
        raise SystemExit(f"{handler}: nothing uses {', '.join(unused)}")
    defined: dict[str, ast.AST] = {}
    for _, node in order:
        for name in names_of(node):
            if name in defined:
                raise SystemExit(f"{handler}: two definitions of {name} meet in one script; rename one")
            if name in imports:
                raise SystemExit(f"{handler}: {name} is defined and imported in one script; rename one")
            defined[name] = node
    heads = {line for lines in imports.values() for line in lines}
    text = "\n".join(import_lines(heads)) + "\n"
    for block, node in order:
        is_constant = isinstance(node, ast.Assign | ast.AnnAssign)
        text += ("" if is_constant else "\n") + block + "\n"
    ast.parse(text, str(handler))
    return text, files


def sizes(script: str, files: dict[str, str]) -> dict[str, int]:
    """The bytes of a script by the file that they come from, with those of the imports and of blank space as
    `imports`."""
    found: dict[str, int] = {}
    for node in ast.parse(script).body:
        for name in names_of(node)[:1]:
            text = ast.get_source_segment(script, node) or ""
            found[files[name]] = found.get(files[name], 0) + len(text.encode()) + 1
    return {**found, "imports": len(script.encode()) - sum(found.values())}


def main() -> None:
    """Reads the request, writes the scripts."""
    request = json.load(sys.stdin)
    modules: dict[str, Module] = {}
    scripts = [inline(Path(path), Path(request["shared"]), modules) for path in request["handlers"]]
    answer: list[list[dict[str, object]]] = []
    for path, (script, files) in zip(request["handlers"], scripts, strict=True):
        try:
            forms = [script, shorten(script), shorten(script, short_locals=True)]
            answer.append([{"text": form, "bytes": sizes(form, files)} for form in forms])
        except (CannotShortenError, SyntaxError) as error:
            raise SystemExit(f"{path}: {error}") from error
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
