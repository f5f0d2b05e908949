"""What the expressions of a script may be worth."""

import ast
import builtins
from collections.abc import Callable
from typing import Any

from script_calls import NOT_OPERATIONS, call
from script_machine import Arguments, Machine
from script_operators import binary, equality, membership
from script_values import (
    MOST_ATOMS,
    NOTHING,
    UNKNOWN,
    Atom,
    Bound,
    Client,
    Constant,
    Events,
    Kind,
    Method,
    Module,
    Response,
    Scope,
    Sequence,
    Table,
    Tuple,
    Unknown,
    Value,
    join,
    kind,
    strings,
)

ComprehensionNode = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def evaluate(machine: Machine, node: ast.expr | None, scope: Scope) -> Value:
    """The value of an expression; every part of it is looked at, whatever becomes of it."""
    if node is None:
        return NOTHING
    return FORMS.get(type(node), _other)(machine, node, scope)


def _other(machine: Machine, node: Any, scope: Scope) -> Value:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(machine, child, scope)
    return UNKNOWN


def _joined_text(machine: Machine, node: ast.JoinedStr, scope: Scope) -> Value:
    texts: list[str] | None = [""]
    for part in node.values:
        value = evaluate(machine, part.value if isinstance(part, ast.FormattedValue) else part, scope)
        if any(isinstance(atom, Events) and atom.path == () for atom in value):
            machine.facts.reads_unknown = True
        plain = not isinstance(part, ast.FormattedValue) or (part.format_spec is None and part.conversion == -1)
        known = strings(value) if plain else None
        texts = [one + two for one in texts for two in known] if texts and known else None
        if texts and len(texts) > MOST_ATOMS:
            texts = None
    return frozenset(Constant("str", text) for text in texts) if texts else kind("str")


def _call(machine: Machine, node: ast.Call, scope: Scope) -> Value:
    return call(machine, evaluate(machine, node.func, scope), _arguments(machine, node, scope), node)


def _tuple(machine: Machine, node: ast.Tuple, scope: Scope) -> Value:
    if any(isinstance(part, ast.Starred) for part in node.elts):
        return _list(machine, node, scope)
    return frozenset([Tuple(tuple(evaluate(machine, part, scope) for part in node.elts))])


def _lambda(machine: Machine, node: ast.Lambda, scope: Scope) -> Value:
    return machine.function(node, scope)


def _either(machine: Machine, node: ast.IfExp, scope: Scope) -> Value:
    evaluate(machine, node.test, scope)
    return join(evaluate(machine, node.body, scope), evaluate(machine, node.orelse, scope))


def _any_of(machine: Machine, node: ast.BoolOp, scope: Scope) -> Value:
    return join(*[evaluate(machine, part, scope) for part in node.values])


def _unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(machine, node.operand, scope)
    return kind("bool") if isinstance(node.op, ast.Not) else value


def _binary(machine: Machine, node: ast.BinOp, scope: Scope) -> Value:
    left, right = evaluate(machine, node.left, scope), evaluate(machine, node.right, scope)
    return binary(machine, left, node.op, right, node)


def _named(machine: Machine, node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(machine, node.value, scope)
    assign(machine, node.target, value, scope)
    return value


def _starred(machine: Machine, node: ast.Starred, scope: Scope) -> Value:
    return machine.elements(evaluate(machine, node.value, scope), node.lineno)


def _constant(_machine: Machine, node: ast.Constant, _scope: Scope) -> Value:
    match node.value:
        case None:
            return frozenset([Constant("none", None)])
        case bool():
            return frozenset([Constant("bool", node.value)])
        case str() | int() | float():
            return frozenset([Constant(type(node.value).__name__, node.value)])
        case _:
            return UNKNOWN


def _name(_machine: Machine, node: ast.Name, scope: Scope) -> Value:
    found = scope.find(node.id)
    if found is not None:
        return found
    return frozenset([Module(node.id)]) if hasattr(builtins, node.id) else UNKNOWN


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> Value:
    found: list[Value] = []
    for atom in evaluate(machine, node.value, scope):
        if isinstance(atom, Module):
            found.append(frozenset([Module(f"{atom.name}.{node.attr}")]))
        elif isinstance(atom, Client):
            known = node.attr not in NOT_OPERATIONS
            found.append(frozenset([Method(atom.service, node.attr)]) if known else UNKNOWN)
        elif isinstance(atom, (Events, Response, Table, Sequence, Constant, Kind)):
            found.append(frozenset([Bound(atom, node.attr)]))
        else:
            found.append(UNKNOWN)
    return join(*found)


def _subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> Value:
    value = evaluate(machine, node.value, scope)
    if isinstance(node.slice, ast.Slice):
        for part in (node.slice.lower, node.slice.upper, node.slice.step):
            evaluate(machine, part, scope)
        value = frozenset(_cut(atom, node.slice) if isinstance(atom, Tuple) else atom for atom in value)
        return frozenset(atom for atom in value if isinstance(atom, (Tuple, Sequence, Kind, Response))) or UNKNOWN
    return machine.item(value, evaluate(machine, node.slice, scope), node.lineno, node.col_offset)


def _cut(whole: Tuple, part: ast.Slice) -> Atom:
    """A part of a tuple; nothing is known of it where its bounds are not numbers in the script."""
    try:
        return Tuple(whole.parts[_number(part.lower) : _number(part.upper) : _number(part.step)])
    except (ValueError, TypeError):
        return Unknown()


def _number(bound: ast.expr | None) -> Any:
    return None if bound is None else ast.literal_eval(bound)


def _arguments(machine: Machine, node: ast.Call, scope: Scope) -> Arguments:
    given = Arguments([], {}, False)
    for part in node.args:
        if isinstance(part, ast.Starred):
            _spread(machine, given, evaluate(machine, part.value, scope), node.lineno)
        else:
            given.positional.append(evaluate(machine, part, scope))
    for keyword in node.keywords:
        value = evaluate(machine, keyword.value, scope)
        if keyword.arg is not None:
            given.keywords[keyword.arg] = value
            continue
        for atom in value:
            if isinstance(atom, Table):
                content = machine.table(atom.site)
                for name, part_value in content.keys.items():
                    given.keywords[name] = join(given.keywords.get(name, NOTHING), part_value)
                given.rest = given.rest or content.open or len(value) > 1
            else:
                given.rest = True
                if isinstance(atom, Events):
                    machine.facts.use(atom.path, "map", node.lineno)
                    if atom.path == ():
                        machine.facts.reads_unknown = True
    return given


def _spread(machine: Machine, given: Arguments, value: Value, line: int) -> None:
    """Puts what stands behind a * among the arguments of a call."""
    tuples = [atom for atom in value if isinstance(atom, Tuple)]
    if not given.rest and len(tuples) == len(value) == 1:
        given.positional.extend(tuples[0].parts)
        return
    given.rest = True
    brought = machine.elements(value, line)
    given.spread = join(given.spread, brought)
    machine.escape(brought, line, called=False)


def _dict(machine: Machine, node: ast.Dict, scope: Scope) -> Value:
    content = machine.table(id(node))
    for key, part in zip(node.keys, node.values, strict=True):
        value = evaluate(machine, part, scope)
        if key is not None:
            names = strings(evaluate(machine, key, scope))
            for name in names or []:
                machine.put(id(node), name, value)
            content.open = content.open or names is None
            if names is None:
                machine.escape(value, node.lineno, called=False)
            continue
        machine.take_in(id(node), value)
    return frozenset([Table(id(node))])


def _list(machine: Machine, node: ast.List | ast.Set | ast.Tuple, scope: Scope) -> Value:
    machine.add(id(node), join(*[evaluate(machine, part, scope) for part in node.elts]))
    return frozenset([Sequence(id(node))])


def _compare(machine: Machine, node: ast.Compare, scope: Scope) -> Value:
    sides = [evaluate(machine, part, scope) for part in [node.left, *node.comparators]]
    for operator, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
        if isinstance(operator, (ast.In, ast.NotIn)):
            membership(machine, left, right, node)
        elif isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)):
            equality(machine, left, right, node.lineno)
            equality(machine, right, left, node.lineno)
    return kind("bool")


def _comprehension(machine: Machine, node: ComprehensionNode, scope: Scope) -> Value:
    inner = Scope({}, scope)
    for generator in node.generators:
        values = machine.elements(evaluate(machine, generator.iter, inner), node.lineno)
        assign(machine, generator.target, values, inner)
        for test in generator.ifs:
            evaluate(machine, test, inner)
    if isinstance(node, ast.DictComp):
        evaluate(machine, node.key, inner)
        value = evaluate(machine, node.value, inner)
        machine.escape(value, node.lineno, called=False)
        machine.table(id(node)).open = True
        return frozenset([Table(id(node))])
    machine.add(id(node), evaluate(machine, node.elt, inner))
    return frozenset([Sequence(id(node))])


FORMS: dict[type[ast.AST], Callable[[Machine, Any, Scope], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.JoinedStr: _joined_text,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Dict: _dict,
    ast.List: _list,
    ast.Set: _list,
    ast.Tuple: _tuple,
    ast.Lambda: _lambda,
    ast.IfExp: _either,
    ast.BoolOp: _any_of,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.NamedExpr: _named,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Starred: _starred,
}


def assign(machine: Machine, target: ast.expr, value: Value, scope: Scope) -> None:
    """Gives a target - a name, a tuple of names, an item or an attribute - a value."""
    match target:
        case ast.Name():
            scope.give(target.id, value)
        case ast.Starred():
            assign(machine, target.value, UNKNOWN, scope)
        case ast.Tuple() | ast.List():
            _unpack(machine, target, value, scope)
        case ast.Subscript():
            owner = evaluate(machine, target.value, scope)
            key = evaluate(machine, target.slice, scope)
            for atom in owner:
                if isinstance(atom, Table):
                    names = strings(key)
                    for name in names or []:
                        machine.put(atom.site, name, value)
                    if names is None:
                        machine.table(atom.site).open = True
                        machine.escape(value, target.lineno, called=False)
                elif isinstance(atom, Sequence):
                    machine.add(atom.site, value)
                elif isinstance(atom, Response):
                    machine.facts.members_written.update(strings(key) or ["*"])
                elif isinstance(atom, Events) and atom.path == ():
                    machine.events_written.update(strings(key) or [])
                    machine.events_merged = machine.events_merged or strings(key) is None
                    machine.escape(value, target.lineno, called=False)
                else:
                    machine.escape(value, target.lineno, called=False)
        case ast.Attribute():
            evaluate(machine, target.value, scope)
            machine.escape(value, target.lineno, called=False)
        case _:
            pass


def _unpack(machine: Machine, target: ast.Tuple | ast.List, value: Value, scope: Scope) -> None:
    parts: list[list[Value]] = [[] for _ in target.elts]
    for atom in value:
        exact = isinstance(atom, Tuple) and len(atom.parts) == len(parts)
        if isinstance(atom, Tuple) and exact and not any(isinstance(part, ast.Starred) for part in target.elts):
            for part, one in zip(parts, atom.parts, strict=True):
                part.append(one)
        else:
            one = machine.elements(frozenset([atom]), target.lineno)
            for part in parts:
                part.append(one)
    for name, found in zip(target.elts, parts, strict=True):
        assign(machine, name, join(*found), scope)
