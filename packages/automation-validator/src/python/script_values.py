"""What an expression of a script may be worth, as far as it can be known without running it."""

import ast
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Events:
    """The handler's first argument, or what a path of keys leads to in it. `*` is any element of a list."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Client:
    """A boto3 client; of a service that is not known where it is None."""

    service: str | None


@dataclass(frozen=True)
class Method:
    """A method of a client; one that is not known where it is None."""

    service: str | None
    name: str | None


@dataclass(frozen=True)
class Module:
    """A module, or something in it, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Constant:
    kind: str
    value: str | int | float | bool | None


@dataclass(frozen=True)
class Kind:
    """Some value of a kind of JSON: str, int, float, bool, list or map."""

    kind: str


@dataclass(frozen=True)
class Table:
    """A dictionary, by the place that makes it; its keys are in the heap."""

    site: int


@dataclass(frozen=True)
class Sequence:
    """A list or set, by the place that makes it; its elements are in the heap."""

    site: int


@dataclass(frozen=True)
class Tuple:
    parts: tuple["Value", ...]


@dataclass(frozen=True)
class Bound:
    """A method of a dictionary, a list, a text or the events: what it is called on, and its name."""

    owner: "Atom"
    name: str


@dataclass(frozen=True)
class Function:
    """A function or lambda of the script, by its number in the machine."""

    number: int


@dataclass(frozen=True)
class Response:
    """The response of an AWS operation, or what a path leads to in it. `*` is any element of a list."""

    service: str
    method: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Unknown:
    """Anything."""


Atom = (
    Events
    | Client
    | Method
    | Module
    | Constant
    | Kind
    | Table
    | Sequence
    | Tuple
    | Bound
    | Function
    | Response
    | Unknown
)
Value = frozenset[Atom]

UNKNOWN: Value = frozenset([Unknown()])
NOTHING: Value = frozenset()
MOST_ATOMS = 40


def join(*values: Value) -> Value:
    """All that any of the values may be; too many possibilities are the same as none known."""
    if len(values) == 2:
        one, two = values
        if not two or one is two:
            return one
        if not one:
            return two
    elif len(values) == 1:
        return values[0]
    joined = frozenset[Atom]().union(*values)
    return joined if len(joined) <= MOST_ATOMS else joined | UNKNOWN


def kind(name: str) -> Value:
    return frozenset([Kind(name)])


def strings(value: Value) -> list[str] | None:
    """The texts that a value may be; None where it may be something else."""
    found = [atom.value for atom in value if isinstance(atom, Constant) and isinstance(atom.value, str)]
    return sorted(found) if len(found) == len(value) and found else None


@dataclass
class TableContent:
    keys: dict[str, Value] = field(default_factory=dict)
    # Whether there may be keys that are not known.
    open: bool = False


@dataclass
class Scope:
    """The names of a function's run. `names` is replaced at branches, so closures hold the scope."""

    names: dict[str, Value]
    parent: "Scope | None" = None
    # Names that `global` or `nonlocal` says belong to a scope outside.
    outer: set[str] = field(default_factory=set)

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def give(self, name: str, value: Value) -> None:
        """Gives a name a value, here or in the scope outside that has it."""
        if name not in self.outer or self.parent is None:
            self.names[name] = value
            return
        scope = self.parent
        while name not in scope.names and scope.parent is not None:
            scope = scope.parent
        scope.names[name] = join(scope.names.get(name, NOTHING), value)


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
