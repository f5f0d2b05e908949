import Table from "cli-table3";
import pc from "picocolors";

/**
 * A table for the terminal. cli-table3's own colours don't heed NO_COLOR, these do.
 *
 * @param widths in characters; without them each column is as wide as its widest cell
 */
export const table = (head: readonly string[], widths: readonly number[] = []): Table.Table =>
  new Table({
    head: head.map((title) => pc.bold(title)),
    style: { head: [], border: [] },
    ...(widths.length > 0 ? { colWidths: [...widths], wordWrap: true } : {}),
  });
