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
 * line that releases it, of a dry run what would change; last the line that releases all.
 *
 */
export function caseText(found: Case, home: Home): string {
  const { runs, unread } = found;
  const released = runs.filter((run) => releasableFrom(run) !== undefined).length;
  return [
    pc.bold(summary(runs)),
    ...runs.map((run) => instanceText(run, home)),
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

/** How many came to what. */
export function summary(runs: readonly InstanceRun[]): string {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const verdict = headlineOf(run);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const each = [...counts].map(([verdict, count]) => `${count} × ${verdict}`);
  return runs.length === 0
    ? "No instance was found."
    : `${runs.length} ${runs.length === 1 ? "instance" : "instances"}: ${printable(each.join("; "))}`;
}

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
          detail("release", releaseLine(run, backup, home.region), false),
        ]
      : [detail("report", `npm run report -- ${run.id} --region ${place.region}`, false)]),
  ].join("\n");
}

/** The line that releases what a run contained; what a run has to say besides is in its own report. */
export function releaseText(run: InstanceRun, home: Home): string {
  const backup = releasableFrom(run);
  return backup === undefined
    ? ""
    : `To release it: ${printable(releaseLine(run, backup, home.region))}`;
}

const callsText = (count: number): string =>
  count === 0 ? "none: there is nothing to do" : `${count}, listed in its report`;

/**
 * A line that belongs to an instance. On a terminal it is wrapped below itself.
 *
 * @param wrap not for what is to be copied
 */
export function detail(label: string, text: string, wrap = true): string {
  const shown = printable(text);
  const { columns } = process.stdout;
  const lines =
    wrap && columns !== undefined
      ? wrapAnsi(shown, Math.max(columns - INDENT, INDENT)).replaceAll(
          "\n",
          `\n${" ".repeat(INDENT)}`,
        )
      : shown;
  return `    ${pc.dim(label.padEnd(8))} ${lines}`;
}

const INDENT = 13;

/**
 * The command that releases one instance.
 *
 * @param region where runs are started, which for an instance of another account is not the instance's
 */
export function releaseLine(
  run: Pick<InstanceRun, "instance" | "place" | "document">,
  backup: Pick<BackupReference, "bucket" | "key">,
  region: string,
): string {
  const { account } = run.place;
  const words = [
    ...(account === undefined
      ? ["--region", run.place.region]
      : ["--region", region, "--accounts", account, "--regions", run.place.region]),
    ...(["", loadConfig().documentName].includes(run.document) ? [] : ["--document", run.document]),
    ...["--action", "Release", "--instance", run.instance],
    ...["--bucket", backup.bucket, "--prefix", backup.key, "--no-dry-run"],
  ];
  return `npm run execute -- ${words.map(quoted).join(" ")}`;
}
