/** Texts in which people list ids: one or more a line, separated by blanks or commas; `#` begins a comment. */
import { readFileSync } from "node:fs";
import { Problem } from "./problem.ts";

/** Each word of such a text with its line, from 1. */
export const idsIn = (text: string): readonly { readonly id: string; readonly line: number }[] =>
  text.split(/\r?\n/).flatMap((row, at) =>
    row
      .replace(/#.*/, "")
      .split(/[\s,]+/)
      .filter((id) => id !== "")
      .map((id) => ({ id, line: at + 1 })),
  );

/**
 * The text of such a file.
 *
 * @param kind what its ids are of: account or instance
 * @throws Problem where it can't be read
 */
export function readIdFile(path: string, kind: "account" | "instance"): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Problem(
      `The file ${path} (--file) can't be read: ${cause instanceof Error ? cause.message : cause}.`,
      `Give the path of a text file with one ${kind} id a line.`,
      { cause },
    );
  }
}
