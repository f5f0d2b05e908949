import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Problem } from "./problem.ts";

/**
 * Writes a text to a file, and makes the folders above it.
 *
 * @throws Problem where the file system does not let it
 */
export function writeText(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text);
  } catch (cause) {
    throw new Problem(
      `${path} can't be written (${cause instanceof Error ? cause.message : cause}).`,
      "Give a path in a folder that belongs to you, and see that the disk has space.",
      { cause },
    );
  }
}

/** Makes a folder and those above it. Node's own way (`recursive`) never ends where a file system refuses as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it.
    if (!existsSync(path)) throw error;
  }
}
