"""Says what the scripts of aws:executeScript steps read, call and return, without running them.

Writes {"data": the folder of botocore's service models or null, "version": [3, 11]} at once. Then reads requests, one
a line, {"id", "script": {"text", "handler", "runtime"}}, and answers each with {"id", "facts"} (see script_facts.py),
until its input ends. A script is interpreted with values that stand for what is not known; where that can't follow it,
the facts say so.
"""

import ast
import difflib
import gc
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

from script_calls import call
from script_machine import Arguments, Machine
from script_names import undefined
from script_statements import run_function, run_module
from script_values import (
    NOTHING,
    UNKNOWN,
    Constant,
    Events,
    FunctionNode,
    Kind,
    Response,
    Sequence,
    Table,
    Tuple,
    Value,
    join,
    strings,
)

# The first rounds fill the heap, the last one reads it.
ROUNDS = 3
EVENTS: Value = frozenset([Events(())])
OUTWARD = {
    "subprocess",
    "socket",
    "urllib",
    "urllib3",
    "http",
    "requests",
    "ftplib",
    "smtplib",
    "telnetlib",
    "paramiko",
    "ssl",
    "asyncio",
}
RUNNING = {"eval", "exec", "__import__", "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "os.fork"}
WORDS = re.compile(rf"\b(?:yield|{'|'.join(sorted(OUTWARD))}|eval|exec|__import__|os)\b")


def data_folder() -> str | None:
    """The folder of botocore's service models; None where this Python has no botocore."""
    found = importlib.util.find_spec("botocore")
    return str(Path(found.origin).parent / "data") if found and found.origin else None


def inspect(script: dict[str, Any]) -> dict[str, Any]:
    """The facts of one script, or where its syntax is wrong."""
    runtime = str(script.get("runtime", "")).removeprefix("python").split(".")
    version = (int(runtime[0]), int(runtime[1])) if len(runtime) == 2 and "".join(runtime).isdigit() else None
    try:
        usable = version is not None and (3, 7) <= version <= sys.version_info[:2]
        tree = ast.parse(script["text"], feature_version=version if usable else None)
        # What the grammar alone lets pass: a return outside a function, a name that is twice an argument, …
        compile(tree, "script", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        place = error if isinstance(error, SyntaxError) else SyntaxError()
        return {
            "syntaxError": {"message": str(place.msg or error), "line": place.lineno or 1, "column": place.offset or 1}
        }
    top = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    assigned = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    handler = top.get(script["handler"])
    # Looking at every node takes longer than all the rest: most scripts have no word that calls for it.
    nodes = list(ast.walk(tree)) if WORDS.search(script["text"]) else []
    result: dict[str, Any] = {
        "functions": sorted(top),
        "names": sorted({target.id for target in assigned if isinstance(target, ast.Name)}),
        "dangers": dangers(nodes),
        "undefined": undefined(script["text"], tree),
        "handler": None if handler is None else signature(handler),
    }
    # A slip in the handler's name is one fault; the rest is looked at all the same.
    meant = handler or likely_handler(top, script["handler"])
    if meant is not None:
        result |= interpret(tree, meant, generators(nodes))
    return result


def likely_handler(
    top: dict[str, ast.FunctionDef | ast.AsyncFunctionDef], name: str
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The function that a handler's name is a slip of, or the only one that takes two arguments."""
    [*near] = difflib.get_close_matches(name, top, 1)
    if near:
        return top[near[0]]
    able = [node for node in top.values() if signature(node)["least"] <= 2 <= (signature(node)["most"] or 2)]
    return able[0] if len(able) == 1 else None


def generators(nodes: list[ast.AST]) -> set[FunctionNode]:
    """The functions whose call gives a generator, and not what they return."""
    if not any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes):
        return set()
    functions = [node for node in nodes if isinstance(node, FunctionNode)]
    return {node for node in functions if any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node))}


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    """How many arguments a handler takes by position, and where it stands."""
    positional = [*node.args.posonlyargs, *node.args.args]
    least = len(positional) - len(node.args.defaults)
    most = None if node.args.vararg else len(positional)
    return {"line": node.lineno, "least": least, "most": most, "lazy": isinstance(node, ast.AsyncFunctionDef)}


def dangers(nodes: list[ast.AST]) -> list[dict[str, Any]]:
    """Imports and calls that reach for the network, other processes or generated code."""
    found = []
    for node in nodes:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").split(".")[0]]
            if node.module == "os":
                names += [f"os.{alias.name}" for alias in node.names if f"os.{alias.name}" in RUNNING]
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
            if name in RUNNING:
                found.append({"name": name, "line": node.lineno, "column": node.col_offset + 1})
        place = {"line": getattr(node, "lineno", 1), "column": getattr(node, "col_offset", 0) + 1}
        found += [{"name": name, **place} for name in names if name in OUTWARD or name in RUNNING]
    return found


def interpret(
    tree: ast.Module, handler: ast.FunctionDef | ast.AsyncFunctionDef, lazy: set[FunctionNode]
) -> dict[str, Any]:
    """What the handler reads, calls and returns."""
    machine = Machine(run_function, call, generators=lazy)
    value: Value = NOTHING
    for _ in range(ROUNDS):
        machine.grown = machine.events_merged = False
        machine.events_written.clear()
        machine.returned.clear()
        scope = run_module(machine, tree)
        value = call(machine, machine.function(handler, scope), Arguments([EVENTS, UNKNOWN], {}, False), handler)
        if not machine.grown:
            break
    if value & EVENTS:
        machine.facts.reads_unknown = True
    return {**machine.facts.as_json(), "returns": returned(machine, value, 0), "returnsEvents": value == EVENTS}


def returned(machine: Machine, value: Value, depth: int) -> dict[str, Any] | None:
    """The form of a returned value: its kinds, keys and constants; None where it may be anything."""
    responses = [atom for atom in value if isinstance(atom, Response)]
    rest = sorted({atom.kind for atom in value if isinstance(atom, (Constant, Kind))})
    if len(responses) == 1 and all(isinstance(atom, (Response, Constant, Kind)) for atom in value):
        [one] = responses
        place = {"service": one.service, "method": one.method, "path": list(one.path)}
        return {"kinds": rest, "keys": {}, "closed": False, "values": None, "response": place}
    kinds: set[str] = set()
    keys: dict[str, Value] = {}
    closed = True
    for atom in value:
        match atom:
            case Table():
                content = machine.table(atom.site)
                kinds.add("map")
                closed = closed and not content.open
                for name, part in content.keys.items():
                    keys[name] = join(keys.get(name, NOTHING), part)
            case Sequence() | Tuple():
                kinds.add("list")
            case Constant() | Kind():
                kinds.add(atom.kind)
            case _:
                return None
    inside = {name: returned(machine, part, depth + 1) for name, part in keys.items()} if depth < 3 else {}
    return {"kinds": sorted(kinds), "keys": inside, "closed": closed and depth < 3, "values": strings(value)}


def main() -> None:
    """Greets, then answers each line of standard input until it ends."""
    print(json.dumps({"data": data_folder(), "version": list(sys.version_info[:2])}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        # Collecting garbage while a script is interpreted costs more than the garbage.
        gc.disable()
        try:
            facts = inspect(request["script"])
        except RecursionError:
            facts = {"unknown": True}
        print(json.dumps({"id": request["id"], "facts": facts}), flush=True)
        gc.enable()


if __name__ == "__main__":
    main()
