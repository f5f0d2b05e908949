import { createTwoFilesPatch } from "diff";
import pc from "../common/colours.ts";

/**
 * The difference of two versions of the document as a unified diff, coloured for a terminal; one sentence where
 * they are the same.
 *
 * @param from and to: each a name for the heading and the YAML text
 */
export function difference(from: readonly [string, string], to: readonly [string, string]): string {
  if (from[1] === to[1]) return `${from[0]} and ${to[0]} have the same content.`;
  return createTwoFilesPatch(from[0], to[0], from[1], to[1], undefined, undefined, { context: 2 })
    .split("\n")
    .filter((line) => !line.startsWith("==="))
    .map((line) =>
      /^(\+\+\+|---)/.test(line)
        ? pc.bold(line)
        : line.startsWith("+")
          ? pc.green(line)
          : line.startsWith("-")
            ? pc.red(line)
            : line.startsWith("@@")
              ? pc.cyan(line)
              : line,
    )
    .join("\n")
    .trimEnd();
}
