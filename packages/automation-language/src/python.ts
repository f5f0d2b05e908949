import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The Python of the nearest `.venv` above this module (the project's own, where set-up made one), else `python3` of
 * the PATH.
 */
export function findPython(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const own = join(folder, ".venv", "bin", "python");
    if (existsSync(own)) return own;
    const parent = dirname(folder);
    if (parent === folder) return "python3";
    folder = parent;
  }
}

/** Whether Node waits for a process and its pipes, or ends without it. A Python that reads its input to the end then ends too. */
export function keepAlive(child: ChildProcess, alive: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr]) {
    const handle = part as { ref?: () => void; unref?: () => void } | null;
    if (alive) handle?.ref?.();
    else handle?.unref?.();
  }
}
