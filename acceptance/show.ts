import pc from "../common/colours.ts";
import { printable } from "../common/printable.ts";
import { table } from "../common/table.ts";
import type { Outcome, Probe } from "./probe.ts";

/** A probe with what it saw. */
export interface Row extends Pick<Probe, "id" | "question" | "expected"> {
  readonly outcome: Outcome | "failed" | "not run";
  readonly saw: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a run saw, to be laid beside the emulator's assumptions. It names no account: it may be published. */
export interface Result {
  readonly run: string;
  readonly date: string;
  /** `AWS`, or `the emulator`. */
  readonly where: string;
  readonly region: string;
  /** SHA-256 of the runbook that ran; empty where none did. */
  readonly runbook: string;
  readonly rows: readonly Row[];
  readonly left: readonly string[];
}

const MARKS: Readonly<Record<Row["outcome"], readonly [mark: string, word: string]>> = {
  same: ["✔", "as expected"],
  differs: ["≠", "differs"],
  measured: ["·", "measured"],
  unseen: ["–", "not seen"],
  failed: ["✖", "failed"],
  "not run": ["○", "not run"],
};

const colour = ({ outcome }: Row, text: string): string =>
  outcome === "same"
    ? pc.green(text)
    : outcome === "differs"
      ? pc.yellow(text)
      : outcome === "failed"
        ? pc.red(text)
        : text;

const columns = (): number => Math.min(process.stdout.columns ?? 80, 120);

/** The table for a terminal, in its width. */
export function shown(result: Result): string {
  const rows = result.rows.map((row) => [
    `${colour(row, MARKS[row.outcome][0])} ${row.id}\n${row.question}`,
    row.expected.replaceAll("`", ""),
    colour(row, printable(row.saw)),
  ]);
  return [
    pc.bold(heading(result)),
    table(["question", "expected", "seen"], rows, columns()),
    legend(result.rows),
  ].join("\n");
}

const heading = ({ date, where, region, run }: Result): string =>
  `What ${where} did in ${region}, ${date}, run ${run}`;

/** How many of each outcome, with their marks. */
const legend = (rows: readonly Row[]): string =>
  (Object.keys(MARKS) as Row["outcome"][])
    .map((outcome) => [outcome, rows.filter((row) => row.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${MARKS[outcome][0]} ${count} ${MARKS[outcome][1]}`)
    .join("   ");

/** The same as a page of Markdown. */
export function markdown(result: Result): string {
  const cell = (text: string): string =>
    printable(text).replaceAll("|", "\\|").replaceAll("\n", " ");
  return [
    `# What ${result.where} did, ${result.date}`,
    "",
    `Written by \`npm run acceptance\` in ${result.region}, run ${result.run}.${result.runbook && ` The runbook's SHA-256 is ${result.runbook}.`}`,
    "",
    "| id | question | expected | seen | |",
    "| --- | --- | --- | --- | --- |",
    ...result.rows.map(
      (row) =>
        `| \`${row.id}\` | ${[row.question, row.expected, row.saw].map(cell).join(" | ")} | ${MARKS[row.outcome].join(" ")} |`,
    ),
    "",
    ...result.left.map((line) => `Left behind: ${cell(line)}`),
  ].join("\n");
}
