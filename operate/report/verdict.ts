import { isFinal, isGood } from "../follow.ts";
import { reasonOf } from "../reason.ts";
import { lines, type Report, type RunRecord } from "./record.ts";

export type Tone = "good" | "warn" | "bad" | "plan";

/** What a run came to, for who reads one line of the report. */
export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** What it means, in a sentence or two. */
  readonly meaning: string;
}

/** The titles of the runbook's reports, and what they mean. */
const TITLES: readonly (readonly [RegExp, Tone, (title: string) => string, string])[] = [
  [
    /^DRY RUN OF CONTAIN/,
    "plan",
    () => "Dry run of Contain: nothing was changed",
    "This is what Contain would change.",
  ],
  [
    /^DRY RUN OF RELEASE/,
    "plan",
    () => "Dry run of Release: nothing was changed",
    "This is what Release would give back.",
  ],
  [
    /^CONTAINED, WITH WARNINGS/,
    "warn",
    () => "Contained, with warnings",
    "The instance is isolated as asked, proved from its groups and rules as they were read last, and can be released. Read the warnings.",
  ],
  [
    /^CONTAINED/,
    "good",
    () => "Contained",
    "The instance is isolated as asked, proved from its groups and rules as they were read last, and can be released.",
  ],
  [
    /^ALREADY CONTAINED, WITH WARNINGS/,
    "warn",
    () => "Already contained, with warnings",
    "The instance was isolated as asked before this run, and is so. Read the warnings.",
  ],
  [
    /^ALREADY CONTAINED/,
    "good",
    () => "Already contained",
    "The instance was isolated as asked before this run, and is so: no group had to be changed.",
  ],
  [
    /^CONTAINMENT FAILED; the instance IS isolated/,
    "warn",
    () => "The instance is isolated, but the containment is not complete",
    "Its groups and rules are as asked. Something else failed: read what, and start again.",
  ],
  [
    /^CONTAINMENT FAILED/,
    "bad",
    (title) => `Containment failed: ${title.replace(/^CONTAINMENT FAILED; /, "")}`,
    "Read what failed. What to do is below it: start again, or finish by hand.",
  ],
  [
    /^RELEASED BEFORE/,
    "good",
    () => "Released before: nothing was changed",
    "The instance has all that it had before its containment.",
  ],
  [
    /^RELEASED/,
    "good",
    () => "Released",
    "The instance has got back all that it had before its containment.",
  ],
  [
    /^RELEASE FAILED/,
    "bad",
    () => "Release failed: not all was given back",
    "Read what failed. What to do is below it: start again, or finish by hand.",
  ],
];

/**
 * What a run came to, or how it stands.
 *
 * @param drift what is not any more as the run left it, a sentence for each
 * @param unseen whether the instance was looked at, and could not be read
 */
export function verdictOf(
  record: RunRecord,
  drift: readonly string[] = [],
  unseen = false,
): Verdict {
  const verdict = verdictThen(record);
  const isolated = record.action === "Contain" && !record.dryRun && verdict.tone !== "bad";
  if (unseen && isolated && isFinal(record.status) && record.ours)
    return {
      tone: "warn",
      headline: `${verdict.headline} at the end of the run; how it stands now could not be read`,
      meaning: `${verdict.meaning} That was at the end of the run: see below why it could not be read since.`,
    };
  if (drift.length === 0 || !isFinal(record.status)) return verdict;
  if (record.dryRun)
    return { ...verdict, tone: "warn", meaning: "The instance has changed since: run it again." };
  return {
    tone: isolated ? "bad" : verdict.tone === "good" ? "warn" : verdict.tone,
    headline: `${verdict.headline}, but no longer as the run left it`,
    meaning: isolated
      ? "The run isolated the instance and proved it. It has been changed since: see below what, and its network as it is now."
      : verdict.meaning,
  };
}

function verdictThen(record: RunRecord): Verdict {
  const { report, status, ours } = record;
  if (!isFinal(status)) return underWay(record);
  if (!ours)
    return {
      tone: isGood(status) ? "plan" : "bad",
      headline: `An execution of another document: ${record.document.name}`,
      meaning: `It ended as ${status}. It is not this runbook, so there is no verdict on an instance; its steps and outputs are below.`,
    };
  return verdictIn(report) ?? withoutReport(record);
}

/** The verdict of a report of this runbook; undefined where there is none. */
export function verdictIn(report: Report | undefined): Verdict | undefined {
  const known = TITLES.find(([title]) => report !== undefined && title.test(report.title));
  if (known === undefined) return undefined;
  const [, tone, headline, meaning] = known;
  const problems = tone === "plan" && lines(report, "What can't be done").length > 0;
  return {
    tone: problems ? "warn" : tone,
    headline: headline(report?.title ?? ""),
    meaning: problems ? `${meaning} Not all of it can be done: read why.` : meaning,
  };
}

function underWay({ status, steps, started }: RunRecord): Verdict {
  const step = steps.find((each) => each.started !== undefined && !isFinal(each.status));
  const since = step?.started ?? started;
  return {
    tone: "plan",
    headline: `Still running (${status})`,
    meaning: `${step ? `It is in the step ${step.name}` : "No step is under way"}${since ? ` since ${since.toISOString().slice(11, 19)} UTC` : ""}. Nothing is proved yet: write the report again when it has ended.`,
  };
}

/** A run that ended before its verdict: refused at the beginning, or ended from outside. */
function withoutReport(record: RunRecord): Verdict {
  const { steps, status, failure, dryRun } = record;
  const failed = steps.find((step) => step.failure !== "");
  const why = reasonOf(failed?.failure ?? failure);
  // What comes before these two changes nothing of the instance.
  const changing = ["branchOnAutoScalingGroupMembership", "restoreInstanceConfiguration"];
  const untouched =
    dryRun ||
    steps.every(({ name, status: state }) => !changing.includes(name) || state === "Pending");
  if (untouched)
    return {
      tone: "bad",
      headline: `${record.action} did not begin (${status}): the instance was not changed`,
      meaning: why || "The run ended before its first change.",
    };
  return {
    tone: "bad",
    headline: `${record.action} ended as ${status}, without a verdict`,
    meaning: `${why === "" ? "" : `${why} `}How the instance stands is not proved: look at its network as it is now, then run ${record.action} again, which finishes the work.`,
  };
}
