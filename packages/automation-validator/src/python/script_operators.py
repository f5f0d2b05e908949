"""What operators make of values, and what they tell about the events they stand beside."""

import ast

from script_machine import Machine
from script_values import (
    MOST_ATOMS,
    UNKNOWN,
    Atom,
    Constant,
    Events,
    Kind,
    Sequence,
    Table,
    Tuple,
    Value,
    join,
    kind,
    strings,
)


def binary(machine: Machine, left: Value, operator: ast.operator, right: Value, node: ast.AST) -> Value:
    """The value of a binary operation, or of an assignment with one."""
    line = getattr(node, "lineno", 1)
    if isinstance(operator, ast.BitOr) and all(isinstance(atom, Events) for atom in left | right):
        return left | right
    for side in (left, right):
        if any(isinstance(atom, Events) and atom.path == () for atom in side):
            machine.facts.reads_unknown = True
    tables = [atom for atom in left | right if isinstance(atom, Table)]
    if isinstance(operator, ast.BitOr) and isinstance(node, ast.AugAssign):
        # It changes the dictionary itself, which may be known by other names.
        for table in left:
            if isinstance(table, Table):
                machine.take_in(table.site, right)
    if isinstance(operator, ast.BitOr) and tables:
        machine.take_in(id(node), left | right)
        return frozenset([Table(id(node))])
    if isinstance(operator, ast.Add):
        return _add(machine, left, right, node, line)
    kinds = {atom.kind for atom in left | right if isinstance(atom, (Constant, Kind))}
    if (
        isinstance(operator, ast.Mod)
        and kinds
        and all(isinstance(atom, (Constant, Kind)) and atom.kind == "str" for atom in left)
    ):
        return kind("str")
    numbers = all(isinstance(atom, (Constant, Kind)) and atom.kind in ("int", "float") for atom in left | right)
    return join(*[kind(one) for one in kinds]) if numbers and kinds else UNKNOWN


def _add(machine: Machine, left: Value, right: Value, node: ast.AST, line: int) -> Value:
    for value, other in ((left, right), (right, left)):
        kinds = {atom.kind for atom in other if isinstance(atom, (Constant, Kind))}
        for atom in value:
            if isinstance(atom, Events) and len(kinds) == 1 and kinds <= {"str", "int"}:
                machine.facts.use(atom.path, next(iter(kinds)), line)
    texts = [strings(left), strings(right)]
    if texts[0] and texts[1] and len(texts[0]) * len(texts[1]) <= MOST_ATOMS:
        return frozenset(Constant("str", one + two) for one in texts[0] for two in texts[1])
    everything: frozenset[Atom] = left | right
    if any(isinstance(atom, Sequence) for atom in everything):
        machine.add(id(node), join(machine.elements(left, line), machine.elements(right, line)))
        return frozenset([Sequence(id(node))])
    kinds = {atom.kind for atom in everything if isinstance(atom, (Constant, Kind))}
    return kind(kinds.pop()) if len(kinds) == 1 else UNKNOWN


def membership(machine: Machine, left: Value, right: Value, node: ast.Compare) -> None:
    for atom in right:
        if isinstance(atom, Events):
            for name in strings(left) or []:
                if atom.path == ():
                    machine.facts.read((name,), node.lineno, node.col_offset, True)
        elif isinstance(atom, (Tuple, Sequence)):
            equality(machine, left, machine.elements(frozenset([atom]), node.lineno), node.lineno)


def equality(machine: Machine, value: Value, other: Value, line: int) -> None:
    """`events[key] == "text"` tells that the key's value is a text."""
    kinds = {atom.kind for atom in other if isinstance(atom, Constant)}
    if len(kinds) != 1 or len(value) != 1 or not all(isinstance(atom, Constant) and atom.value != "" for atom in other):
        return
    for atom in value:
        if isinstance(atom, Events) and kinds & {"str", "int", "bool"}:
            machine.facts.use(atom.path, next(iter(kinds)), line)
