import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import wrapAnsi from "wrap-ansi";
import pc from "./colours.ts";

/** What a column needs to be of any use, with a blank on each side. */
const NARROWEST = 12;

/**
 * A table as text. cli-table3's own colours don't heed NO_COLOR, these do. On a terminal the widest columns are
 * wrapped until it fits; a file or another program gets each row in one line.
 *
 * @param columns the width of the terminal; undefined where there is none
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  columns: number | undefined = process.stdout.columns,
): string {
  const all = [head.map((title) => pc.bold(title)), ...rows.map((row) => row.map(String))];
  // cli-table3's own wrapping cuts colours in two.
  const widths = columns === undefined ? undefined : fitted(naturalWidths(head, rows), columns);
  const [titles = [], ...cells] = widths
    ? all.map((row) => row.map((cell, at) => wrapped(cell, (widths[at] ?? 2) - 2)))
    : all;
  const made = new Table({
    head: titles,
    style: { head: [], border: [] },
    colWidths: widths ?? [],
  });
  made.push(...cells);
  return made.toString();
}

function wrapped(text: string, width: number): string {
  return wrapAnsi(text, width, { hard: true });
}

/** The width of each column's longest line, with a blank on each side. */
function naturalWidths(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): number[] {
  const width = (text: string): number => stripVTControlCharacters(text).length;
  return head.map(
    (title, at) =>
      2 +
      Math.max(
        width(title),
        ...rows.flatMap((row) =>
          String(row[at] ?? "")
            .split("\n")
            .map(width),
        ),
      ),
  );
}

/** Takes from the widest column until all fit. */
function fitted(widths: readonly number[], columns: number): number[] {
  const narrowed = [...widths];
  const total = (): number => narrowed.reduce((sum, width) => sum + width + 1, 1);
  for (let widest = Math.max(...narrowed); total() > columns; widest = Math.max(...narrowed)) {
    if (widest <= NARROWEST) break;
    narrowed[narrowed.indexOf(widest)] = widest - 1;
  }
  return narrowed;
}
