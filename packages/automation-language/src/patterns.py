"""Matches texts against patterns, each within a time limit, for patterns.ts.

Reads requests from standard input, one JSON object a line: `id`, `pattern` (in the syntax of the `regex` package,
VERSION1), `text`, and `seconds`, the time that the matching may take. Answers each on standard output, in whatever
order they are done, with `id` and one of `match` (`whole`, `part` or `none`), `slow` (true) or `error` (why the pattern
can't be read). Ends with its input.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import regex

THREADS = 4

written = threading.Lock()


def match(request: dict[str, str | float]) -> dict[str, object]:
    """Finds out how far a pattern takes a text: all of it, a part, or nothing."""
    try:
        pattern = regex.compile(str(request["pattern"]), regex.VERSION1)
    except regex.error as error:
        return {"error": str(error)}
    text = str(request["text"])
    seconds = float(request["seconds"])
    try:
        # concurrent: other patterns are matched meanwhile, in other threads.
        if pattern.fullmatch(text, concurrent=True, timeout=seconds) is not None:
            return {"match": "whole"}
        part = pattern.search(text, concurrent=True, timeout=seconds)
        return {"match": "none" if part is None else "part"}
    except TimeoutError:
        return {"slow": True}


def answer(line: str) -> None:
    """Answers one request."""
    request = json.loads(line)
    try:
        result = match(request)
    except (MemoryError, RecursionError, ValueError) as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    with written:
        sys.stdout.write(json.dumps({"id": request["id"], **result}) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Serves until the input ends."""
    with ThreadPoolExecutor(THREADS) as pool:
        for line in sys.stdin:
            pool.submit(answer, line)


if __name__ == "__main__":
    main()
