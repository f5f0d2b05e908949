"""What the statements of a script do to the values of its names."""

import ast

from script_calls import call
from script_expressions import assign, evaluate
from script_machine import Arguments, Machine
from script_operators import binary
from script_values import NOTHING, UNKNOWN, Constant, Events, FunctionNode, Module, Scope, Value, join


class _Result:
    """What a function returns, gathered while its body runs."""

    def __init__(self) -> None:
        self.value: Value = NOTHING
        # For each loop that is being run, the names as they are where break or continue leaves its body.
        self.left: list[list[dict[str, Value]]] = []


def run_function(machine: Machine, node: FunctionNode, scope: Scope) -> Value:
    """Runs the body of a function whose parameters are bound in the scope; gives what it may return."""
    if isinstance(node, ast.Lambda):
        return evaluate(machine, node.body, scope)
    result = _Result()
    if run_block(machine, node.body, scope, result):
        result.value = join(result.value, frozenset([Constant("none", None)]))
    return UNKNOWN if node in machine.generators else result.value


def run_module(machine: Machine, tree: ast.Module) -> Scope:
    """Runs a script's top level; gives its names."""
    scope = Scope({})
    run_block(machine, tree.body, scope, _Result())
    return scope


def run_block(machine: Machine, body: list[ast.stmt], scope: Scope, result: _Result) -> bool:
    """Runs statements in order; gives whether what follows them is reached."""
    reached = True
    for statement in _until_exit(body):
        reached = _run(machine, statement, scope, result) and reached
    return reached


def _until_exit(body: list[ast.stmt]) -> list[ast.stmt]:
    for at, statement in enumerate(body):
        if isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return body[: at + 1]
    return body


def _run(machine: Machine, node: ast.stmt, scope: Scope, result: _Result) -> bool:
    match node:
        case ast.Return():
            result.value = join(
                result.value, evaluate(machine, node.value, scope) or frozenset([Constant("none", None)])
            )
            return False
        case ast.Raise():
            evaluate(machine, node.exc, scope)
            return False
        case ast.Break() | ast.Continue():
            if result.left:
                result.left[-1].append(dict(scope.names))
            return False
        case ast.Expr():
            evaluate(machine, node.value, scope)
        case ast.Assign():
            value = evaluate(machine, node.value, scope)
            for target in node.targets:
                assign(machine, target, value, scope)
        case ast.AnnAssign():
            if node.value is not None:
                assign(machine, node.target, evaluate(machine, node.value, scope), scope)
        case ast.AugAssign():
            _augment(machine, node, scope)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for part in [*node.args.defaults, *node.args.kw_defaults, *node.decorator_list]:
                evaluate(machine, part, scope)
            scope.names[node.name] = join(machine.function(node, scope), UNKNOWN if node.decorator_list else NOTHING)
        case ast.ClassDef():
            _run_class(machine, node, scope)
        case ast.Import() | ast.ImportFrom():
            _import(node, scope)
        case ast.If():
            evaluate(machine, node.test, scope)
            return _branches(machine, [node.body, node.orelse], scope, result)
        case ast.For() | ast.AsyncFor() | ast.While():
            _loop(machine, node, scope, result)
        case ast.Try() | ast.TryStar():
            return _try(machine, node, scope, result)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                evaluate(machine, item.context_expr, scope)
                if item.optional_vars is not None:
                    assign(machine, item.optional_vars, UNKNOWN, scope)
            return run_block(machine, node.body, scope, result)
        case ast.Match():
            # Patterns look into what they match.
            machine.escape(evaluate(machine, node.subject, scope), node.lineno, called=False)
            for name in ast.walk(node):
                if isinstance(name, (ast.MatchAs, ast.MatchStar)) and name.name:
                    scope.names[name.name] = UNKNOWN
            return _branches(machine, [case.body for case in node.cases] + [[]], scope, result)
        case ast.Global() | ast.Nonlocal():
            scope.outer.update(node.names)
        case ast.Assert():
            evaluate(machine, node.test, scope)
        case ast.Delete():
            for target in node.targets:
                evaluate(machine, target, scope)
        case _:
            pass
    return True


def _augment(machine: Machine, node: ast.AugAssign, scope: Scope) -> None:
    left = evaluate(machine, node.target, scope)
    value = binary(machine, left, node.op, evaluate(machine, node.value, scope), node)
    whole = any(isinstance(atom, Events) and atom.path == () for atom in left)
    if isinstance(node.op, ast.BitOr) and whole and not all(isinstance(atom, Events) for atom in value):
        machine.events_merged = True
    assign(machine, node.target, join(left, value), scope)


def _import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            scope.names[alias.asname or alias.name] = frozenset([Module(f"{node.module}.{alias.name}")])
        else:
            name = alias.name if alias.asname else alias.name.split(".")[0]
            scope.names[alias.asname or name] = frozenset([Module(name)])


def _run_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> None:
    """Methods are run once with arguments that are not known: instances are not followed."""
    scope.names[node.name] = UNKNOWN
    inner = Scope({}, scope)
    for part in node.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
            call(machine, machine.function(part, inner), Arguments([], {}, True), part)


def _branches(machine: Machine, bodies: list[list[ast.stmt]], scope: Scope, result: _Result) -> bool:
    before = scope.names
    reached: list[dict[str, Value]] = []
    for body in bodies:
        scope.names = dict(before)
        if run_block(machine, body, scope, result):
            reached.append(scope.names)
    scope.names = _joined(reached) if reached else before
    return bool(reached)


def _joined(states: list[dict[str, Value]]) -> dict[str, Value]:
    if len(states) == 1:
        return states[0]
    return {name: join(*[state.get(name, NOTHING) for state in states]) for name in {n for s in states for n in s}}


def _loop(machine: Machine, node: ast.For | ast.AsyncFor | ast.While, scope: Scope, result: _Result) -> None:
    # Twice: the second turn sees what the first one left behind.
    for _ in range(2):
        before = dict(scope.names)
        if isinstance(node, ast.While):
            evaluate(machine, node.test, scope)
        else:
            values = machine.elements(evaluate(machine, node.iter, scope), node.lineno)
            assign(machine, node.target, values, scope)
        result.left.append([])
        run_block(machine, node.body, scope, result)
        scope.names = _joined([before, scope.names, *result.left.pop()])
    run_block(machine, node.orelse, scope, result)


def _try(machine: Machine, node: ast.Try | ast.TryStar, scope: Scope, result: _Result) -> bool:
    before = dict(scope.names)
    forgives = any(_forgives(handler) for handler in node.handlers)
    machine.forgiving += forgives
    went = run_block(machine, [*node.body, *node.orelse], scope, result)
    machine.forgiving -= forgives
    reached = [scope.names] if went else []
    within = _joined([before, scope.names])
    for handler in node.handlers:
        scope.names = dict(within)
        if handler.name:
            scope.names[handler.name] = UNKNOWN
        evaluate(machine, handler.type, scope)
        if run_block(machine, handler.body, scope, result):
            reached.append(scope.names)
    scope.names = _joined(reached) if reached else within
    return run_block(machine, node.finalbody, scope, result) and bool(reached)


def _forgives(handler: ast.ExceptHandler) -> bool:
    """Whether a missing key is caught and not raised again."""
    if any(isinstance(part, ast.Raise) for part in ast.walk(handler)):
        return False
    names = (
        {part.id for part in ast.walk(handler.type) if isinstance(part, ast.Name)} if handler.type else {"Exception"}
    )
    return bool(names & {"KeyError", "LookupError", "Exception", "BaseException"})
