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
