import type { AutomationExecution, AutomationExecutionMetadata } from "@aws-sdk/client-ssm";
import type { Place } from "./places.ts";
import { reasonOf } from "./reason.ts";
import { type BackupReference, backupOf, lines, reportOf } from "./report/record.ts";
import { type Tone, verdictIn } from "./report/verdict.ts";

/** What a run did, or would do, to one instance, as its own outputs say: nobody but the run writes those. */
export interface InstanceRun {
  /** Of the execution. */
  readonly id: string;
  /** Empty where the execution names none. */
  readonly instance: string;
  readonly place: Place;
  /** Name, or ARN of a shared one. */
  readonly document: string;
  readonly status: string;
  readonly started: Date | undefined;
  readonly ended: Date | undefined;
  /** ARN of who started it. */
  readonly startedBy: string;
  /** Undefined where it ended, or stands, before its report. */
  readonly told: Told | undefined;
  /** Why it failed, in a sentence; empty where it did not. */
  readonly reason: string;
}

/** What the report of a run tells. */
export interface Told {
  readonly action: "Contain" | "Release";
  readonly dryRun: boolean;
  readonly tone: Tone;
  /** The verdict in words, such as `Contained, with warnings`. */
  readonly headline: string;
  /** Whether the run proved that the instance is isolated as asked. */
  readonly isolated: boolean;
  /** The backup: of Contain what Release needs, of Release what it was done from. */
  readonly backup: BackupReference | undefined;
  /** Of a dry run: what changes for each interface. */
  readonly changes: readonly string[];
  /** How many calls a dry run says would be made. */
  readonly calls: number;
  /** What failed, or of a dry run can't be done. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** What the containment still allows, a rule each, such as `Ingress tcp 22-22 192.0.2.10/32`. */
  readonly allowed: readonly string[];
}

/** An execution as GetAutomationExecution or DescribeAutomationExecutions gives it. */
export type AnyExecution = AutomationExecution | AutomationExecutionMetadata;

const INSTANCE = /\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/;

/** A title of a report, such as `CONTAINED: i-… in 111122223333, us-east-1, execution …`. */
const ABOUT = /: (i-[0-9a-f]{8,17}) in \d{12}, [a-z0-9-]+, execution [^,]+$/;

/** What an execution says of its instance. */
export function instanceRunOf(execution: AnyExecution, place: Place): InstanceRun {
  const outputs = execution.Outputs ?? {};
  const report = reportOf(outputs, "");
  const about = ABOUT.exec(report?.title ?? "");
  const given = "Parameters" in execution ? execution.Parameters?.InstanceId?.[0] : undefined;
  const failure = execution.FailureMessage ?? "";
  return {
    id: execution.AutomationExecutionId ?? "",
    instance: about?.[1] ?? given ?? INSTANCE.exec(execution.Target ?? "")?.[0] ?? "",
    place,
    document: execution.DocumentName ?? "",
    status: execution.AutomationExecutionStatus ?? "Pending",
    started: execution.ExecutionStartTime,
    ended: execution.ExecutionEndTime,
    startedBy: execution.ExecutedBy ?? "",
    told: about === null ? undefined : toldBy({ ...report, title: title(report, about) }),
    reason: failure === "" ? "" : reasonOf(failure),
  };
}

type Report = NonNullable<ReturnType<typeof reportOf>>;

const title = (report: Report | undefined, about: RegExpExecArray): string =>
  (report?.title ?? "").slice(0, about.index);

function toldBy(report: Partial<Report> & Pick<Report, "title">): Told | undefined {
  const whole: Report = { text: "", sections: {}, ...report };
  const verdict = verdictIn(whole);
  if (verdict === undefined) return undefined;
  return {
    action: /RELEASE/.test(whole.title) ? "Release" : "Contain",
    dryRun: /^DRY RUN/.test(whole.title),
    tone: verdict.tone,
    headline: verdict.headline,
    isolated: /^(ALREADY )?CONTAINED\b|the instance IS isolated/.test(whole.title),
    backup: backupOf(whole),
    changes: lines(whole, "What changes"),
    calls: (whole.sections["Calls that would be made"] ?? []).filter(
      (call) => typeof call !== "string",
    ).length,
    problems: [...lines(whole, "What failed"), ...lines(whole, "What can't be done")],
    warnings: lines(whole, "Warnings"),
    allowed: lines(whole, "Still allowed").filter((line) => line !== "nothing"),
  };
}

/** The backup from which what this run contained can be released; undefined where it contained nothing. */
export function releasableFrom({ told }: InstanceRun): BackupReference | undefined {
  return told?.action === "Contain" && !told.dryRun && told.backup?.digest
    ? told.backup
    : undefined;
}
