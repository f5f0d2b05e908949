"""Finds the names that a script uses and nothing gives: a forgotten import, a slip, JSON's true, false and null."""

import ast
import builtins
import symtable
from collections.abc import Iterator
from typing import Any

# What Python gives every module.
_OF_MODULES = {
    "__annotations__",
    "__builtins__",
    "__doc__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__spec__",
}
# Names can come by these, so nothing is said where they are.
_MAKING = {"exec", "eval", "globals", "vars", "locals", "setattr", "NameError"}


def undefined(text: str, tree: ast.Module) -> list[dict[str, Any]]:
    """The names that fail when the script comes to them, each with its first place."""
    bound, used = set(dir(builtins)) | _OF_MODULES, set[str]()
    for table in _all(symtable.symtable(text, "script", "exec")):
        if isinstance(table, symtable.Function):
            used.update(table.get_globals())
            if "global " not in text:
                continue
        for symbol in table.get_symbols():
            outer = table.get_type() == "module" or symbol.is_declared_global()
            if outer and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
                bound.add(symbol.get_name())
            elif symbol.is_referenced() and (outer or symbol.is_global()) and not symbol.is_local():
                used.add(symbol.get_name())
    lost = used - bound
    if not lost or used & _MAKING:
        return []
    places: dict[str, dict[str, Any]] = {}
    for node in _evaluated(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return []
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in lost:
            places.setdefault(node.id, {"name": node.id, "line": node.lineno, "column": node.col_offset + 1})
    return list(places.values())


def _all(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _all(child)


def _evaluated(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes in their order, but for annotations that a script says not to evaluate."""
    future = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )
    open_nodes: list[ast.AST] = [tree]
    while open_nodes:
        node = open_nodes.pop()
        yield node
        children = [
            child
            for field, value in ast.iter_fields(node)
            if not (future and field in ("annotation", "returns"))
            for child in (value if isinstance(value, list) else [value])
            if isinstance(child, ast.AST)
        ]
        open_nodes.extend(reversed(children))
