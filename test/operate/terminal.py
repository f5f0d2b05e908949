"""Runs a command on a terminal of its own, waits for texts and types answers.

    python terminal.py '[["Type the instance id", "i-0123\\r"]]' COMMAND ARGUMENTS…

Prints what the terminal showed and ends with the command's status.
"""

from __future__ import annotations

import json
import os
import pty
import sys
from typing import IO


def main() -> int:
    """Plays the dialogue of the first argument with the command of the others."""
    dialogue: list[tuple[str, str]] = [(wait, type_) for wait, type_ in json.loads(sys.argv[1])]
    seen = ""

    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (the test's own command)
    screen: IO[str] = sys.stdout
    while True:
        try:
            part = os.read(terminal, 4096).decode(errors="replace")
        except OSError:
            # Linux: the command has ended and nobody has the terminal any more.
            break
        if not part:
            break
        screen.write(part)
        seen += part
        if dialogue and dialogue[0][0] in seen:
            _, answer = dialogue.pop(0)
            seen = ""
            os.write(terminal, answer.encode())
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
