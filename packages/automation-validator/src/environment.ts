import { endWithReader } from "automation-language/reader";
import type { Environment } from "./command.ts";

/** The command's surroundings: this process's streams, with progress on a terminal alone. */
export function environment(cwd: string): Environment {
  endWithReader();
  const draw = (line: string) => process.stderr.write(`\r\u001b[K${line}`);
  return {
    cwd,
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    ...(process.stderr.isTTY && { progress: draw }),
  };
}
