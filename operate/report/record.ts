import type { AutomationExecution, StepExecution } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { isFleet } from "../follow.ts";
import { isGiven } from "../outputs.ts";
import { type KnownGroups, plannedLine, provedLine } from "./reportLines.ts";

/**
 * What an execution of the runbook left in Systems Manager, parsed once. Everything in it may have been chosen by
 * somebody else (names of groups, messages): it is text, and nothing else.
 */
export interface RunRecord {
  readonly id: string;
  /** Name, or ARN of a shared one, and version number. */
  readonly document: { readonly name: string; readonly version: string };
  /** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html */
  readonly status: string;
  /** Systems Manager's whole message; empty where nothing failed. */
  readonly failure: string;
  readonly started: Date | undefined;
  readonly ended: Date | undefined;
  /** ARN of who started it. */
  readonly startedBy: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Whether the document has this runbook's steps; of another document only steps and outputs are known. */
  readonly ours: boolean;
  readonly action: "Contain" | "Release";
  readonly dryRun: boolean;
  readonly instanceId: string;
  /** All steps of the document, those that did not run too (`Pending`). */
  readonly steps: readonly StepRecord[];
  /** Which instances, accounts and Regions it started others for, as options of `aws`; none for one instance. */
  readonly targeting: readonly string[];
  /** The document's outputs that have a value. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  /** The runbook's own report; absent where the run ended, or stands, before it. */
  readonly report: Report | undefined;
  /** What the runbook found and planned; absent of a dry run and before getAutoScalingInstanceInfo. */
  readonly plan: Plan | undefined;
  /** The rules that were asked for; absent before validateRequiredInputs. */
  readonly askedRules: Permissions | undefined;
  readonly interfaces: readonly InterfaceRecord[];
  /** Where the backup is; absent where the run ended before it was named. */
  readonly backup: BackupReference | undefined;
  /** The execution as Systems Manager gave it, without the scripts (the document's version has them), as JSON. */
  readonly raw: string;
}

export interface StepRecord {
  readonly name: string;
  readonly action: string;
  readonly status: string;
  readonly started: Date | undefined;
  readonly ended: Date | undefined;
  /** Systems Manager's whole message; empty where nothing failed. */
  readonly failure: string;
}

/** The runbook's report: lists of lines, or of calls, by their headings. */
export interface Report {
  /** What the title says before the instance's id, such as `CONTAINED, WITH WARNINGS`. */
  readonly title: string;
  /** For people, as the runbook wrote it. */
  readonly text: string;
  readonly sections: Readonly<Record<string, readonly (string | Call)[]>>;
}

/** A call that was made, or would be. */
export interface Call {
  readonly step: string;
  /** Such as `ec2:CreateTags`. */
  readonly operation: string;
  readonly parameters: unknown;
}

export interface GroupReference {
  readonly id: string;
  readonly name: string;
}

/** A network interface in a run. */
export interface InterfaceRecord {
  readonly id: string;
  readonly vpc: string;
  /** Its groups as the run found them; those of before any containment where that is known. */
  readonly from: readonly GroupReference[];
  /** Its groups as the run read them last, or as a dry run says that they would be; absent where that is not known. */
  readonly to: readonly GroupReference[] | undefined;
  /** What the verdict says of it, such as `contained` or `OPEN TO ALL`; of a dry run what would be done. */
  readonly state: string;
}

export interface BackupReference {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the object, hexadecimal, as the key has it; empty for a key that is not sealed. */
  readonly digest: string;
}

const texts = z.record(z.string(), z.string());
const permission = z.object({
  IpProtocol: z.string(),
  FromPort: z.number().optional(),
  ToPort: z.number().optional(),
  IpRanges: z.array(z.object({ CidrIp: z.string() })).optional(),
  Ipv6Ranges: z.array(z.object({ CidrIpv6: z.string() })).optional(),
});
const permissions = z.object({ Ingress: z.array(permission), Egress: z.array(permission) });
/** Rules as EC2 takes them. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html */
export type Permissions = z.infer<typeof permissions>;

const recorded = z.object({ Vpc: z.string(), Groups: z.array(z.string()), Names: texts });
const plan = z.object({
  AccountId: z.string(),
  Region: z.string(),
  Key: z.string(),
  Bucket: z.string(),
  Backup: z.string(),
  Interfaces: z.record(z.string(), recorded.extend({ Before: z.array(z.string()).optional() })),
  Recorded: z.record(z.string(), recorded).optional(),
  Calls: z.record(
    z.string(),
    z.array(z.tuple([z.string(), z.string(), z.record(z.string(), z.unknown())])),
  ),
});
/** What getAutoScalingInstanceInfo hands to the later steps, as far as a report needs it. */
export type Plan = z.infer<typeof plan>;

/** The parameters of a call that gives an interface its groups. */
export const groupChange = z.object({
  NetworkInterfaceId: z.string(),
  Groups: z.array(z.string()),
  DryRun: z.boolean().optional(),
});

const inputs = z.object({ Rules: permissions });
const call = z.object({
  Step: z.string().optional(),
  Call: z.string(),
  Parameters: z.unknown(),
});
const reportJson = z
  .object({ Title: z.string() })
  .catchall(z.union([z.string(), z.array(z.unknown())]));
const backupJson = z.object({ Rules: permissions });

/** The rules that a backup says its containment was asked for; undefined for a text that is no backup. */
export const rulesOfBackup = (text: string): Permissions | undefined =>
  parsed(text, backupJson)?.Rules;

/** Steps that no other document has together. */
const OWN_STEPS = ["validateRequiredInputs", "createContainmentSecurityGroup", "verdict"];

/**
 * Parses an execution. Whatever it lacks, or has in another form than the runbook gives, is absent in the record:
 * an execution of another document is a record, too.
 */
export function recordOf(
  execution: AutomationExecution,
  steps: readonly StepExecution[],
): RunRecord {
  const parameters = execution.Parameters ?? {};
  const one = (name: string): string => parameters[name]?.[0] ?? "";
  const output = (step: string, name: string): string =>
    steps.find(({ StepName }) => StepName === step)?.Outputs?.[name]?.[0] ?? "";
  const names = new Set(steps.map(({ StepName }) => StepName));
  const instanceId = one("InstanceId");
  const outputs = known(execution.Outputs ?? {});
  const report = reportOf(outputs, instanceId);
  const found = parsed(output("getAutoScalingInstanceInfo", "Run"), plan);
  const action = one("Action") === "" || one("Action") === "Contain" ? "Contain" : "Release";
  // The document's default is a dry run. Automation takes a Boolean in any case, as Python writes it too.
  const dryRun = !/^false$/i.test(one("DryRun"));
  return {
    id: execution.AutomationExecutionId ?? "",
    document: { name: execution.DocumentName ?? "", version: execution.DocumentVersion ?? "" },
    status: execution.AutomationExecutionStatus ?? "Pending",
    failure: execution.FailureMessage ?? "",
    started: execution.ExecutionStartTime,
    ended: execution.ExecutionEndTime,
    startedBy: execution.ExecutedBy ?? "",
    parameters,
    ours: OWN_STEPS.every((name) => names.has(name)),
    action,
    dryRun,
    instanceId,
    steps: steps.map(stepOf),
    targeting: targetingOf(execution),
    outputs,
    report,
    plan: found,
    askedRules: parsed(output("validateRequiredInputs", "Inputs"), inputs)?.Rules,
    interfaces: interfacesOf(action, found, report),
    backup: backupOf(report, found),
    raw: rawOf(execution, steps),
  };
}

/** @see https://docs.aws.amazon.com/cli/latest/reference/ssm/start-automation-execution.html */
function targetingOf(execution: AutomationExecution): readonly string[] {
  if (!isFleet(execution)) return [];
  const { TargetParameterName, Targets = [], TargetMaps = [], TargetLocations = [] } = execution;
  const { MaxConcurrency, MaxErrors } = execution;
  const given: readonly (readonly [string, string | undefined])[] = [
    ["--target-parameter-name", TargetParameterName],
    ["--targets", Targets.length > 0 ? JSON.stringify(Targets) : undefined],
    ["--target-maps", TargetMaps.length > 0 ? JSON.stringify(TargetMaps) : undefined],
    ["--max-concurrency", MaxConcurrency],
    ["--max-errors", MaxErrors],
    [
      "--target-locations",
      TargetLocations.length > 0 ? JSON.stringify(TargetLocations) : undefined,
    ],
  ];
  return given.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
}

const stepOf = (step: StepExecution): StepRecord => ({
  name: step.StepName ?? "",
  action: step.Action ?? "",
  status: step.StepStatus ?? "Pending",
  started: step.ExecutionStartTime,
  ended: step.ExecutionEndTime,
  failure: step.FailureMessage ?? "",
});

/** The outputs that a step has given. */
const known = (
  outputs: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(outputs)
      .map(([name, values]) => [name, values.filter(isGiven)] as const)
      .filter(([, values]) => values.length > 0),
  );

/** The report among a run's outputs; undefined where the run ended, or stands, before it. */
export function reportOf(
  outputs: Readonly<Record<string, readonly string[]>>,
  instanceId: string,
): Report | undefined {
  const found = ["verdict.Json", "getAutoScalingInstanceInfo.Json"]
    .map((name) => parsed(outputs[name]?.[0] ?? "", reportJson))
    .find((each) => each !== undefined);
  if (found === undefined) return undefined;
  const { Title, ...sections } = found;
  const text = Object.entries(outputs).find(([name]) => /^\w+\.Output$/.test(name));
  const end = Title.indexOf(`: ${instanceId} in `);
  return {
    title: end < 0 ? Title : Title.slice(0, end),
    text: text?.[1][0] ?? "",
    sections: Object.fromEntries(
      Object.entries(sections).map(([heading, entries]) => [
        heading,
        [entries].flat().map(entryOf),
      ]),
    ),
  };
}

function entryOf(entry: unknown): string | Call {
  if (typeof entry === "string") return entry;
  const { success, data } = call.safeParse(entry);
  return success
    ? { step: data.Step ?? "", operation: data.Call, parameters: data.Parameters }
    : JSON.stringify(entry);
}

/** The lines of a section of a report; none where it has no such section. */
export const lines = (report: Report | undefined, heading: string): readonly string[] =>
  (report?.sections[heading] ?? []).filter((entry) => typeof entry === "string");

/** The calls of a section of a report; none where it has no such section. */
export const calls = (report: Report | undefined, heading: string): readonly Call[] =>
  (report?.sections[heading] ?? []).filter((entry) => typeof entry !== "string");

const named = (ids: readonly string[], names: Readonly<Record<string, string>>): GroupReference[] =>
  ids.map((id) => ({ id, name: names[id] ?? "" }));

/**
 * The interfaces: from what the runbook planned, which is data, as far as it goes; what became of them from the
 * lines of its report.
 */
function interfacesOf(
  action: RunRecord["action"],
  found: Plan | undefined,
  report: Report | undefined,
): readonly InterfaceRecord[] {
  const groups = knownGroups(found, report);
  const told = new Map(
    [
      ...lines(report, "Interfaces").map((line) => provedLine(line, groups)),
      ...lines(report, "What changes").map((line) => plannedLine(line, groups)),
    ]
      .filter((each) => each !== undefined)
      .map((each) => [each.id, each]),
  );
  const ids = new Set([...Object.keys(found?.Interfaces ?? {}), ...told.keys()]);
  return [...ids].map((id) => {
    const line = told.get(id);
    const seen = found?.Interfaces[id];
    const from = action === "Contain" ? (seen?.Before ?? seen?.Groups) : seen?.Groups;
    return {
      id,
      vpc: seen?.Vpc ?? "",
      from: seen && from ? named(from, seen.Names) : (line?.from ?? []),
      to: line?.to,
      state: line?.state ?? "",
    };
  });
}

/** The groups that a plan names, with their names; of a dry run, the ids that its calls have. */
const knownGroups = (found: Plan | undefined, report: Report | undefined): KnownGroups =>
  new Map<string, string | undefined>([
    ...calls(report, "Calls that would be made").flatMap(({ parameters }) =>
      (groupChange.safeParse(parameters).data?.Groups ?? [])
        .filter((id) => id.startsWith("sg-"))
        .map((id) => [id, undefined] as const),
    ),
    ...[...Object.values(found?.Interfaces ?? {}), ...Object.values(found?.Recorded ?? {})].flatMap(
      ({ Names }) => Object.entries(Names),
    ),
  ]);

/** The backup that a report names, or else that a run planned. */
export function backupOf(report: Report | undefined, found?: Plan): BackupReference | undefined {
  const uri = lines(report, "Backup")[0] ?? (found && `s3://${found.Bucket}/${found.Key}`);
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri ?? "");
  if (match === null) return undefined;
  const [, bucket = "", key = ""] = match;
  return { bucket, key, digest: /\.([0-9a-f]{64})\.json$/.exec(key)?.[1] ?? "" };
}

/** JSON text as a schema has it; undefined where it is not. */
function parsed<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Steps' inputs that are the document's own text. */
const OF_DOCUMENT = new Set(["Script", "Choices"]);

function rawOf(execution: AutomationExecution, steps: readonly StepExecution[]): string {
  const StepExecutions = steps.map((step) => ({
    ...step,
    Inputs: Object.fromEntries(
      Object.entries(step.Inputs ?? {}).filter(([name]) => !OF_DOCUMENT.has(name)),
    ),
  }));
  return JSON.stringify({ ...execution, StepExecutions }, null, 2);
}
