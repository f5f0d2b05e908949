"""What a call does and gives: boto3, the functions of the script, and what of Python matters here."""

import ast
from typing import Any

from script_machine import Arguments, Machine
from script_methods import call_bound
from script_values import (
    NOTHING,
    UNKNOWN,
    Bound,
    Client,
    Constant,
    Events,
    Function,
    Kind,
    Method,
    Module,
    Response,
    Scope,
    Sequence,
    Table,
    Tuple,
    Value,
    join,
    kind,
    strings,
)

MOST_DEPTH = 40
MOST_FORMS = 8

# What these give, and that they change and keep nothing of what they get.
HARMLESS = {
    "str": "str",
    "repr": "str",
    "json.dumps": "str",
    "len": "int",
    "int": "int",
    "float": "float",
    "abs": "",
    "round": "",
    "sum": "",
    "min": "",
    "max": "",
    "bool": "bool",
    "any": "bool",
    "all": "bool",
    "isinstance": "bool",
    "hasattr": "bool",
    "callable": "bool",
    "print": "",
    "type": "",
    "range": "",
    "json.loads": "",
    "re.fullmatch": "",
    "re.match": "",
    "re.search": "",
    "re.sub": "str",
    "re.compile": "",
    "time.sleep": "",
    "time.time": "float",
    "hashlib.sha256": "",
}
LISTING = {"list", "sorted", "set", "tuple", "reversed", "frozenset", "iter"}
NOT_OPERATIONS = {
    "can_paginate",
    "close",
    "exceptions",
    "generate_db_auth_token",
    "generate_db_connect_admin_auth_token",
    "generate_db_connect_auth_token",
    "generate_presigned_post",
    "generate_presigned_url",
    "meta",
    "waiter_names",
}


def call(machine: Machine, callee: Value, given: Arguments, node: ast.AST) -> Value:
    """The value of a call, with all that it does to the machine.

    Args:
        callee: what is called.
        given: the evaluated arguments.
        node: where, for lines and for the places that make values.
    """
    line = getattr(node, "lineno", 1)
    found: list[Value] = []
    for atom in callee:
        if isinstance(atom, Function):
            found.append(_call_function(machine, atom, given))
        elif isinstance(atom, Method):
            found.append(_call_method(machine, atom, given, line))
        elif isinstance(atom, Module):
            found.append(_call_module(machine, atom.name, given, node))
        elif isinstance(atom, Bound):
            found.append(call_bound(machine, atom, given, node))
        else:
            machine.escape_all(given, line)
            found.append(UNKNOWN)
    return join(*found)


def _call_function(machine: Machine, function: Function, given: Arguments) -> Value:
    node, scope = machine.functions[function.number]
    names = bind(node.args, given, machine)
    key = (function.number, tuple(sorted(names.items(), key=lambda pair: pair[0])))
    if key in machine.running or machine.depth > MOST_DEPTH:
        return machine.returned.get(key, NOTHING)
    if key in machine.returned:
        return machine.returned[key]
    machine.running.add(key)
    machine.depth += 1
    result = machine.run(machine, node, Scope(names, scope))
    machine.depth -= 1
    machine.running.discard(key)
    machine.returned[key] = result
    return result


def bind(parameters: ast.arguments, given: Arguments, machine: Machine) -> dict[str, Value]:
    """The names of a function's parameters with the values of a call."""
    names = [arg.arg for arg in [*parameters.posonlyargs, *parameters.args]]
    bound = dict(zip(names, given.positional, strict=False))
    for name in [*names, *(arg.arg for arg in parameters.kwonlyargs)]:
        if name in given.keywords:
            bound[name] = given.keywords[name]
        elif name not in bound:
            # A default, or what * or ** brings.
            bound[name] = given.spread | UNKNOWN
    if parameters.vararg and not given.rest:
        bound[parameters.vararg.arg] = frozenset([Tuple(tuple(given.positional[len(names) :]))])
    elif parameters.vararg:
        site = id(parameters.vararg)
        machine.add(site, join(*given.positional[len(names) :], given.spread, UNKNOWN))
        bound[parameters.vararg.arg] = frozenset([Sequence(site)])
    if parameters.kwarg:
        more = {name: value for name, value in given.keywords.items() if name not in bound}
        # The names come back where ** passes them on, whatever call they came from.
        bound[parameters.kwarg.arg] = frozenset(
            [machine.fill(hash(tuple(sorted(more))) ^ id(parameters), more, given.rest)]
        )
    return bound


def _call_method(machine: Machine, method: Method, given: Arguments, line: int) -> Value:
    if method.name in ("get_paginator", "get_waiter"):
        named: list[str | None] = [*(strings(given.positional[0]) or [])] if given.positional else []
        for name in named or [None]:
            machine.facts.call(method.service, name, line, None, waiter=method.name == "get_waiter")
        return UNKNOWN
    if method.name in NOT_OPERATIONS:
        return UNKNOWN
    keywords = None if given.rest else sorted(given.keywords)
    forms = {name: form(machine, value, 0) for name, value in given.keywords.items()}
    machine.facts.call(method.service, method.name, line, keywords, forms=forms)
    for argument, value in given.keywords.items():
        for atom in value if len(value) == 1 else ():
            if isinstance(atom, Events) and len(atom.path) == 1 and method.service and method.name:
                machine.facts.pass_on(atom.path[0], method.service, method.name, argument, line)
        # What goes to AWS is neither kept nor changed; only a whole events read as parameters is.
        if any(isinstance(atom, Events) and atom.path == () for atom in value):
            machine.facts.reads_unknown = True
    if method.service is None or method.name is None:
        return UNKNOWN
    return frozenset([Response(method.service, method.name, ())])


def form(machine: Machine, value: Value, depth: int) -> dict[str, Any] | None:
    """The form of an argument for AWS: a map of forms, a list of one form for all its elements, or a constant.

    `open`: the map may have other keys too, or not all of these. None for what is not known.
    """
    if depth > MOST_FORMS or not value:
        return None
    tables = [atom for atom in value if isinstance(atom, Table)]
    if len(tables) == len(value):
        contents = [machine.table(atom.site) for atom in tables]
        names = sorted({name for content in contents for name in content.keys})
        parts = {name: join(*[content.keys.get(name, NOTHING) for content in contents]) for name in names}
        whole = len(contents) == 1 and not contents[0].open
        return {"map": {name: form(machine, part, depth + 1) for name, part in parts.items()}, "open": not whole}
    if all(isinstance(atom, (Sequence, Tuple)) for atom in value):
        inside = [
            join(*atom.parts) if isinstance(atom, Tuple) else machine.sequences.get(atom.site, NOTHING)
            for atom in value
            if isinstance(atom, (Sequence, Tuple))
        ]
        return {"list": form(machine, join(*inside), depth + 1)}
    [first, *more] = value
    if not more and isinstance(first, Constant) and first.kind in ("str", "int", "float", "bool"):
        return {"value": first.value}
    kinds = {atom.kind for atom in value if isinstance(atom, (Constant, Kind))}
    known = all(isinstance(atom, (Constant, Kind)) for atom in value) and len(kinds) == 1
    return {"kind": kinds.pop()} if known else None


def _clients(given: Arguments) -> Value:
    name = given.positional[0] if given.positional else given.keywords.get("service_name", UNKNOWN)
    return frozenset(Client(one) for one in strings(name) or []) or frozenset([Client(None)])


def _call_module(machine: Machine, name: str, given: Arguments, node: ast.AST) -> Value:
    line = getattr(node, "lineno", 1)
    first = given.positional[0] if given.positional else NOTHING
    if name in ("boto3.client", "boto3.Session().client"):
        for atom in given.keywords.get("region_name", NOTHING):
            if isinstance(atom, Events):
                machine.facts.use(atom.path, "str", line)
        return _clients(given)
    if name in ("boto3.Session", "boto3.session.Session"):
        return frozenset([Module("boto3.Session()")])
    if name.startswith("boto3.") and name.endswith("resource"):
        machine.facts.calls_unknown.add("*")
        return UNKNOWN
    if name == "getattr":
        return _getattr(first, given)
    if name in ("botocore.xform_name", "functools.wraps"):
        return UNKNOWN
    if name in ("zip", "enumerate", "itertools.zip_longest"):
        parts = tuple(machine.elements(value, line) for value in given.positional)
        machine.add(id(node), frozenset([Tuple((kind("int"), *parts) if name == "enumerate" else parts)]))
        return frozenset([Sequence(id(node))])
    if name in LISTING:
        for key in given.keywords.values():
            machine.escape(key, line)
        machine.add(id(node), machine.elements(first, line) if first else NOTHING)
        return frozenset([Sequence(id(node))])
    if name == "dict":
        return _make_dict(machine, first, given, node)
    if name == "isinstance":
        for atom in first:
            if isinstance(atom, Events) and len(atom.path) == 1:
                machine.facts.guarded.add(atom.path[0])
    if name in HARMLESS:
        _use_arguments(machine, name, given, line)
        return kind(HARMLESS[name]) if HARMLESS[name] else UNKNOWN
    machine.escape_all(given, line)
    return UNKNOWN


def _use_arguments(machine: Machine, name: str, given: Arguments, line: int) -> None:
    """What a harmless function tells about the events it gets."""
    wanted: dict[str, Any] = {
        "json.loads": (0, "str"),
        "re.fullmatch": (1, "str"),
        "re.match": (1, "str"),
        "re.search": (1, "str"),
    }
    for at, value in enumerate(given.positional):
        for atom in value:
            if not isinstance(atom, Events):
                continue
            if atom.path == () and name not in ("isinstance", "len", "bool"):
                machine.facts.reads_unknown = True
            if wanted.get(name, (None, ""))[0] == at:
                machine.facts.use(atom.path, wanted[name][1], line)
            elif name == "len":
                machine.facts.use(atom.path, "sized", line)
            elif name in ("any", "all"):
                machine.facts.use(atom.path, "iterable", line)


def _getattr(first: Value, given: Arguments) -> Value:
    names = strings(given.positional[1]) or [] if len(given.positional) > 1 else []
    found: list[Value] = []
    for atom in first:
        if isinstance(atom, Client):
            methods: Value = frozenset(Method(atom.service, name) for name in names)
            found.append(methods or frozenset([Method(atom.service, None)]))
        else:
            found.append(UNKNOWN)
    return join(*found)


def _make_dict(machine: Machine, first: Value, given: Arguments, node: ast.AST) -> Value:
    table = machine.fill(id(node), given.keywords, given.rest)
    machine.take_in(table.site, first)
    return frozenset([table])
