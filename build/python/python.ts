import { existsSync } from "node:fs";
import { inProject } from "../root.ts";

/** The project's own Python where set-up made one, else `python3` of the PATH. */
export function findPython(): string {
  const own = inProject(".venv", "bin", "python");
  return existsSync(own) ? own : "python3";
}
