"""The state of an interpretation: the heap, the functions, and what was found out so far."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from script_facts import Facts
from script_values import (
    NOTHING,
    UNKNOWN,
    Client,
    Constant,
    Events,
    Function,
    FunctionNode,
    Kind,
    Method,
    Response,
    Scope,
    Sequence,
    Table,
    TableContent,
    Tuple,
    Unknown,
    Value,
    join,
    kind,
)


@dataclass
class Arguments:
    """The arguments of a call. `rest`: there are more of them, by * or **, that are not known; `spread`: what may be
    among those that * brings."""

    positional: list[Value]
    keywords: dict[str, Value]
    rest: bool
    spread: Value = NOTHING


@dataclass
class Machine:
    run: "Callable[[Machine, FunctionNode, Scope], Value]"
    call: "Callable[[Machine, Value, Arguments, ast.AST], Value]"
    facts: Facts = field(default_factory=Facts)
    tables: dict[int, TableContent] = field(default_factory=dict)
    sequences: dict[int, Value] = field(default_factory=dict)
    functions: list[tuple[FunctionNode, Scope]] = field(default_factory=list)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    returned: dict[object, Value] = field(default_factory=dict)
    running: set[object] = field(default_factory=set)
    depth: int = 0
    """How many `try` that swallow a missing key stand around."""
    forgiving: int = 0
    generators: set[FunctionNode] = field(default_factory=set)
    # The script itself puts keys into the events: these, or those of another dictionary.
    events_written: set[str] = field(default_factory=set)
    events_merged: bool = False
    # Whether the heap grew: what was read from it before may have been too little.
    grown: bool = False

    def function(self, node: FunctionNode, scope: Scope) -> Value:
        key = (id(node), id(scope))
        if key not in self.numbers:
            self.numbers[key] = len(self.functions)
            self.functions.append((node, scope))
        return frozenset([Function(self.numbers[key])])

    def table(self, site: int) -> TableContent:
        return self.tables.setdefault(site, TableContent())

    def put(self, site: int, key: str, value: Value) -> None:
        keys = self.table(site).keys
        known = keys.get(key)
        if known is None or not value <= known:
            keys[key] = join(known or NOTHING, value)
            self.grown = True

    def fill(self, site: int, keys: dict[str, Value], rest: bool) -> Table:
        """Puts values into a dictionary by their keys. `rest`: and others, by keys that are not known."""
        for name, value in keys.items():
            self.put(site, name, value)
        content = self.table(site)
        content.open = content.open or rest
        return Table(site)

    def take_in(self, site: int, value: Value) -> None:
        """Puts all that a mapping has into a dictionary."""
        for atom in value:
            if isinstance(atom, Table):
                content = self.table(atom.site)
                self.fill(site, dict(content.keys), content.open)
            else:
                self.table(site).open = True
                if isinstance(atom, Events) and atom.path == ():
                    self.facts.reads_unknown = True

    def add(self, site: int, value: Value) -> None:
        known = self.sequences.get(site)
        if known is None or not value <= known:
            self.sequences[site] = join(known or NOTHING, value)
            self.grown = True

    def elements(self, value: Value, line: int) -> Value:
        """What a loop over a value gives."""
        found: list[Value] = []
        for atom in value:
            if isinstance(atom, Events):
                self.facts.use(atom.path, "iterable", line)
                if atom.path == ():
                    self.facts.reads_unknown = True
                found.append(frozenset([Events((*atom.path, "*"))]))
            elif isinstance(atom, Response):
                found.append(frozenset([Response(atom.service, atom.method, (*atom.path, "*"))]))
            elif isinstance(atom, Sequence):
                found.append(self.sequences.get(atom.site, NOTHING))
            elif isinstance(atom, Tuple):
                found.extend(atom.parts)
            elif isinstance(atom, Table):
                content = self.table(atom.site)
                found.append(UNKNOWN if content.open else frozenset(Constant("str", key) for key in content.keys))
            elif isinstance(atom, Constant) and isinstance(atom.value, str):
                found.append(kind("str"))
            else:
                found.append(UNKNOWN)
        return join(*found)

    def item(self, value: Value, key: Value, line: int, column: int, optional: bool = False) -> Value:
        """What `value[key]` gives."""
        found: list[Value] = []
        # Where the value may be something else, that may be where the key is.
        names = [one.value for one in key if isinstance(one, Constant) and isinstance(one.value, str)]
        paths = [atom.path for atom in value if isinstance(atom, Events)]
        if 1 < len(value) == len(paths) and len(names) == len(key) and not (optional or self.forgiving):
            for name in names:
                self.facts.read_either([(*path, name) for path in paths], line, column)
        optional = optional or len(value) > 1
        for atom in value:
            if isinstance(atom, Events):
                found.append(self._item_of_events(atom, key, line, column, optional))
            elif isinstance(atom, Response):
                found.append(self._item_of_response(atom, key, line, self._surely_response(value)))
            elif isinstance(atom, Table):
                found.append(self._item_of_table(atom, key))
            elif isinstance(atom, Sequence):
                found.append(self.sequences.get(atom.site, NOTHING))
            elif isinstance(atom, Tuple):
                places = [one.value for one in key if isinstance(one, Constant) and isinstance(one.value, int)]
                known = len(places) == len(key) and all(-len(atom.parts) <= at < len(atom.parts) for at in places)
                found.append(join(*[atom.parts[at] for at in places]) if known else join(*atom.parts, UNKNOWN))
            elif isinstance(atom, (Constant, Kind)) and atom.kind == "str":
                found.append(kind("str"))
            else:
                found.append(UNKNOWN)
        return join(*found)

    def _item_of_events(self, atom: Events, key: Value, line: int, column: int, optional: bool) -> Value:
        found: list[Value] = []
        for one in key:
            if isinstance(one, Constant) and isinstance(one.value, str):
                path = (*atom.path, one.value)
                changed = atom.path == () and (self.events_merged or one.value in self.events_written)
                self.facts.read(path, line, column, optional or changed or self.forgiving > 0)
                self.facts.use(atom.path, "map", line)
                found.append(frozenset([Events(path)]))
            else:
                if atom.path == ():
                    self.facts.reads_unknown = True
                found.append(frozenset([Events((*atom.path, "*"))]))
        return join(*found)

    def _surely_response(self, value: Value) -> bool:
        """Whether a value is a response, or else nothing: None, or a dictionary without a key."""
        return all(
            isinstance(atom, Response)
            or (isinstance(atom, Constant) and atom.value is None)
            or (isinstance(atom, Table) and not self.table(atom.site).open and not self.table(atom.site).keys)
            for atom in value
        )

    def _item_of_response(self, atom: Response, key: Value, line: int, surely: bool) -> Value:
        found: list[Value] = []
        for one in key:
            if isinstance(one, Constant) and isinstance(one.value, str):
                path = (*atom.path, one.value)
                if surely:
                    self.facts.members.setdefault((atom.service, atom.method, path), line)
                found.append(frozenset([Response(atom.service, atom.method, path)]))
            else:
                found.append(frozenset([Response(atom.service, atom.method, (*atom.path, "*"))]))
        return join(*found)

    def _item_of_table(self, atom: Table, key: Value) -> Value:
        content = self.table(atom.site)
        found: list[Value] = [UNKNOWN] if content.open else []
        for one in key:
            if isinstance(one, Constant) and isinstance(one.value, str):
                found.append(content.keys.get(one.value, NOTHING if content.open else UNKNOWN))
            else:
                found.extend([*content.keys.values(), UNKNOWN])
        return join(*found)

    def escape_all(self, given: Arguments, line: int) -> None:
        """All arguments of a call go where they can't be followed; a function among them may be called with what the
        lists beside it hold, as map does."""
        values = [*given.positional, *given.keywords.values()]
        lists = [frozenset(atom for atom in value if isinstance(atom, (Sequence, Tuple))) for value in values]
        # Each by itself, since what stands in a tuple belongs together.
        held = [frozenset([one]) for one in join(*[self.elements(one, line) for one in lists])]
        for value in values:
            for atom in value:
                if isinstance(atom, Function):
                    for one in held:
                        self.call(self, frozenset([atom]), Arguments([one], {}, True), ast.Pass())
            self.escape(value, line)

    def escape(self, value: Value, line: int, called: bool = True) -> None:
        """A value goes where it can't be followed: functions may be called, dictionaries changed, events read."""
        for atom in value:
            if isinstance(atom, Events):
                if atom.path == ():
                    self.facts.reads_unknown = True
            elif isinstance(atom, Method):
                self.facts.call(atom.service, atom.name, line, None)
            elif isinstance(atom, Client):
                self.facts.call(atom.service, None, line, None)
            elif isinstance(atom, Function):
                if called:
                    self.call(self, frozenset([atom]), Arguments([], {}, True), ast.Pass())
            elif isinstance(atom, Table):
                content = self.table(atom.site)
                if not content.open:
                    content.open = True
                    for part in list(content.keys.values()):
                        self.escape(part, line, called)
            elif isinstance(atom, Tuple):
                for part in atom.parts:
                    self.escape(part, line, called)
            elif isinstance(atom, Sequence):
                inside = self.sequences.get(atom.site, NOTHING)
                if not any(isinstance(one, Unknown) for one in inside):
                    self.sequences[atom.site] = inside | UNKNOWN
                    self.escape(inside, line, called)
