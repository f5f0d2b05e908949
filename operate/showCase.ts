import wrapAnsi from "wrap-ansi";
import pc from "../common/colours.ts";
import { loadConfig } from "../common/config.ts";
import { printable } from "../common/printable.ts";
import type { Case } from "./case.ts";
import { isFinal } from "./follow.ts";
import { type InstanceRun, releasableFrom } from "./instanceRun.ts";
import { type Home, placeName } from "./places.ts";
import { quoted } from "./report/next.ts";
import type { BackupReference } from "./report/record.ts";
import type { Tone } from "./report/verdict.ts";

/**
 * A case as text: how many came to what, then each instance with its verdict, and of a containment its key and the
 * line that releases it, of a dry run what would change; last the line that releases all. What needs somebody comes
 * first.
 */
export function caseText(found: Case, home: Home): string {
  const { runs, unread } = found;
  const released = runs.filter((run) => releasableFrom(run) !== undefined).length;
  return [
    pc.bold(summary(found)),
    ...urgentFirst(runs).map((run) => instanceText(run, home)),
    ...unread.map(
      ({ place, why }) =>
        `${pc.red("✖")} ${pc.bold(placeName(place))}  not read\n${detail("why", why)}`,
    ),
    ...(released > 1
      ? [`To release all ${released}, each with its own key:\n  ${releaseAll([found.id], home)}`]
      : []),
  ].join("\n");
}

/** The command that releases what runs contained, each instance with its own key. */
export const releaseAll = (ids: readonly string[], { region, assumeRole }: Home): string =>
  [
    `npm run execute -- --region ${region} --action Release --of ${ids.join(",")}`,
    ...(assumeRole === undefined ? [] : [`--assume-role ${quoted(assumeRole)}`]),
    "--no-dry-run",
  ].join(" ");

/** How many came to what, the worst first. */
export function summary({ runs, unread }: Pick<Case, "runs" | "unread">): string {
  const counts = new Map<string, number>();
  for (const run of urgentFirst(runs)) {
    const verdict = headlineOf(run);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const each = [...counts].map(([verdict, count]) => `${count} × ${verdict}`);
  if (unread.length > 0) each.push(`${unread.length} × account and Region not read`);
  if (runs.length === 0) return each[0] ?? "No instance was found: nothing was done.";
  return `${runs.length} ${runs.length === 1 ? "instance" : "instances"}: ${printable(each.join("; "))}`;
}

/** How good or bad an instance's run is. */
export const toneOf = ({ told, status }: InstanceRun): Tone =>
  told?.tone ?? (isFinal(status) ? "bad" : "plan");

const URGENCY: readonly Tone[] = ["bad", "warn", "plan", "good"];

/** The runs, those first that need somebody. */
export const urgentFirst = (runs: readonly InstanceRun[]): readonly InstanceRun[] =>
  [...runs].sort((one, other) => URGENCY.indexOf(toneOf(one)) - URGENCY.indexOf(toneOf(other)));

/** The verdict on an instance in words. */
export const headlineOf = ({ told, status }: InstanceRun): string =>
  told?.headline ?? `${status}, without a verdict`;

const SIGNS: Readonly<Record<Tone, string>> = {
  good: pc.green("✔"),
  plan: pc.cyan("✔"),
  warn: pc.yellow("!"),
  bad: pc.red("✖"),
};

/** An instance with its verdict, and what belongs to it. */
export function instanceText(run: InstanceRun, home: Home): string {
  const { told, status, place, reason } = run;
  const backup = releasableFrom(run);
  const sign = told ? SIGNS[told.tone] : isFinal(status) ? SIGNS.bad : pc.cyan("▸");
  const where = place.account === undefined ? "" : `  ${pc.dim(placeName(place))}`;
  return [
    `${sign} ${pc.bold(printable(run.instance || "unknown instance"))}  ${printable(headlineOf(run))}${where}`,
    ...(told?.changes ?? []).map((line) => detail("changes", line)),
    ...(told?.dryRun ? [detail("calls", callsText(told.calls))] : []),
    ...(told?.problems ?? []).map((line) => detail("why", line)),
    ...(told === undefined && reason !== "" ? [detail("why", reason)] : []),
    ...(told?.warnings ?? []).map((line) => detail("warning", line)),
    ...(backup
      ? [
          detail("key", `s3://${backup.bucket}/${backup.key}`, false),
          detail("release", releaseLine(run, backup, home), false),
        ]
      : []),
    ...(backup === undefined || toneOf(run) !== "good"
      ? [detail("report", reportLine(run, home), false)]
      : []),
  ].join("\n");
}

/** The line that releases what a run contained; what a run has to say besides is in its own report. */
export function releaseText(run: InstanceRun, home: Home): string {
  const backup = releasableFrom(run);
  return backup === undefined ? "" : `To release it: ${printable(releaseLine(run, backup, home))}`;
}

const callsText = (count: number): string =>
  count === 0 ? "none: there is nothing to do" : `${count}, listed in its report`;

/**
 * A line that belongs to an instance. What is longer than a line, or has several (a tag's value may), goes on below
 * itself: no text can look like a line of another instance.
 *
 * @param wrap not for what is to be copied
 */
export function detail(label: string, text: string, wrap = true): string {
  const shown = printable(text);
  const { columns } = process.stdout;
  const lines =
    wrap && columns !== undefined ? wrapAnsi(shown, Math.max(columns - INDENT, INDENT)) : shown;
  return `    ${pc.dim(label.padEnd(8))} ${lines.replaceAll("\n", `\n${" ".repeat(INDENT)}`)}`;
}

const INDENT = 13;

/**
 * The command that releases one instance.
 *
 * @param home where runs are started, which for an instance of another account is not its own account
 */
export function releaseLine(
  run: Pick<InstanceRun, "instance" | "place" | "document">,
  backup: Pick<BackupReference, "bucket" | "key">,
  { region, assumeRole }: Pick<Home, "region" | "assumeRole">,
): string {
  const { account } = run.place;
  const words = [
    ...(account === undefined
      ? ["--region", run.place.region]
      : ["--region", region, "--accounts", account, "--regions", run.place.region]),
    ...(account === undefined || assumeRole === undefined ? [] : ["--assume-role", assumeRole]),
    ...(["", loadConfig().documentName].includes(run.document) ? [] : ["--document", run.document]),
    ...["--action", "Release", "--instance", run.instance],
    ...["--bucket", backup.bucket, "--prefix", backup.key, "--no-dry-run"],
  ];
  return `npm run execute -- ${words.map(quoted).join(" ")}`;
}

/** The command that writes the report of an execution that was started at home, of all its instances. */
export const pageLine = (id: string, { region, assumeRole }: Home): string =>
  `npm run report -- ${id} --region ${region}${assumeRole === undefined ? "" : ` --assume-role ${quoted(assumeRole)}`}`;

/** The command that writes the report of one instance's run. */
export const reportLine = (
  { id, place }: Pick<InstanceRun, "id" | "place">,
  { assumeRole }: Pick<Home, "assumeRole">,
): string =>
  [
    `npm run report -- ${id} --region ${place.region}`,
    ...(place.account === undefined ? [] : [`--account ${place.account}`]),
    ...(place.account === undefined || assumeRole === undefined
      ? []
      : [`--assume-role ${quoted(assumeRole)}`]),
  ].join(" ");
