import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Problem } from "./problem.ts";

/**
 * Writes a text to a file, and makes the folders above it.
 *
 * @throws Problem where the file system does not let it
 */
export function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new Problem(
      `${path} can't be written (${cause instanceof Error ? cause.message : cause}).`,
      "Give a path in a folder that belongs to you, and see that the disk has space.",
      { cause },
    );
  }
}
