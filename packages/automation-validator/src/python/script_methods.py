"""What the methods of dictionaries, lists, texts, responses and the events give, and what they change."""

import ast

from script_machine import Arguments, Machine
from script_values import (
    NOTHING,
    UNKNOWN,
    Bound,
    Constant,
    Events,
    Kind,
    Response,
    Sequence,
    Table,
    Tuple,
    Value,
    join,
    kind,
    strings,
)

TEXT_GIVES = {
    **dict.fromkeys(
        [
            "lower",
            "upper",
            "strip",
            "lstrip",
            "rstrip",
            "replace",
            "join",
            "format",
            "title",
            "removeprefix",
            "removesuffix",
            "decode",
            "isoformat",
            "strftime",
            "hexdigest",
            "capitalize",
            "zfill",
        ],
        "str",
    ),
    **dict.fromkeys(["startswith", "endswith", "isdigit", "isalnum", "isalpha"], "bool"),
    **dict.fromkeys(["split", "rsplit", "splitlines"], "list"),
}
TEXT_ONLY = {
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "startswith",
    "endswith",
    "split",
    "rsplit",
    "splitlines",
    "isdigit",
    "removeprefix",
    "removesuffix",
}
MAP_ONLY = {"items", "keys", "values", "get", "setdefault", "update"}
LIST_ONLY = {"append", "extend", "insert", "sort"}


def call_bound(machine: Machine, bound: Bound, given: Arguments, node: ast.AST) -> Value:
    owner, name, line = bound.owner, bound.name, getattr(node, "lineno", 1)
    first = given.positional[0] if given.positional else NOTHING
    default = given.positional[1] if len(given.positional) > 1 else frozenset([Constant("none", None)])
    if isinstance(owner, Events):
        if name == "get" or (name in ("pop", "setdefault") and given.positional):
            value = machine.item(frozenset([owner]), first, line, getattr(node, "col_offset", 0), optional=True)
            return join(value, default)
        if owner.path == () and name == "update":
            machine.events_merged = True
        elif owner.path == ():
            machine.facts.reads_unknown = True
        if name in MAP_ONLY:
            machine.facts.use(owner.path, "map", line)
        elif name in LIST_ONLY:
            machine.facts.use(owner.path, "list", line)
        elif name in TEXT_ONLY:
            machine.facts.use(owner.path, "str", line)
        return kind(TEXT_GIVES[name]) if name in TEXT_GIVES else UNKNOWN
    if isinstance(owner, Response):
        return _call_of_response(machine, owner, name, given, line)
    if isinstance(owner, Table):
        return _call_of_table(machine, owner, name, given, node)
    if isinstance(owner, Sequence):
        if name in ("append", "add"):
            machine.add(owner.site, first)
        elif name in ("extend", "update"):
            machine.add(owner.site, machine.elements(first, line))
        elif name == "insert" and len(given.positional) > 1:
            machine.add(owner.site, given.positional[1])
        elif name == "pop":
            return machine.sequences.get(owner.site, NOTHING)
        return UNKNOWN
    if isinstance(owner, (Constant, Kind)) and owner.kind == "str" and name in TEXT_GIVES:
        if name == "join":
            machine.elements(first, line)
        return kind(TEXT_GIVES[name])
    machine.escape_all(given, line)
    return UNKNOWN


def _call_of_response(machine: Machine, owner: Response, name: str, given: Arguments, line: int) -> Value:
    first = given.positional[0] if given.positional else NOTHING
    if name == "get":
        default = given.positional[1] if len(given.positional) > 1 else frozenset([Constant("none", None)])
        return join(machine.item(frozenset([owner]), first, line, 0), default)
    if name in ("update", "setdefault", "append", "extend"):
        machine.facts.members_written.add("*")
    return kind(TEXT_GIVES[name]) if name in TEXT_GIVES else UNKNOWN


def _call_of_table(machine: Machine, owner: Table, name: str, given: Arguments, node: ast.AST) -> Value:
    line = getattr(node, "lineno", 1)
    first = given.positional[0] if given.positional else NOTHING
    content = machine.table(owner.site)
    if name in ("get", "pop"):
        default = given.positional[1] if len(given.positional) > 1 else frozenset([Constant("none", None)])
        return join(machine.item(frozenset([owner]), first, line, 0), default)
    if name == "setdefault":
        value = given.positional[1] if len(given.positional) > 1 else UNKNOWN
        for key in strings(first) or []:
            machine.put(owner.site, key, value)
        content.open = content.open or strings(first) is None
        return join(machine.item(frozenset([owner]), first, line, 0), value)
    if name == "update":
        machine.fill(owner.site, given.keywords, given.rest)
        machine.take_in(owner.site, first)
        return frozenset([Constant("none", None)])
    if name == "copy":
        return frozenset([owner])
    if name in ("items", "values") and not content.open:
        values = join(*content.keys.values())
        machine.add(id(node), frozenset([Tuple((kind("str"), values))]) if name == "items" else values)
        return frozenset([Sequence(id(node))])
    return UNKNOWN
