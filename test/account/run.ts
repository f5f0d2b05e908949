import {
  type AutomationExecution,
  GetAutomationExecutionCommand,
  type SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Engine } from "automation-emulator/engine/index";
import { isGiven } from "../../operate/outputs.ts";
import { documentName } from "./document.ts";

/** Values of the runbook's parameters: lists for lists, texts for all else. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>;

export interface StepRun {
  readonly name: string;
  /** As DescribeAutomationStepExecutions has it; `Pending` for a step that did not run. */
  readonly status: string;
  readonly failure: string;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
}

/** An execution that has ended. */
export interface Run {
  readonly id: string;
  readonly status: string;
  /** Those that ran, in the document's order. */
  readonly steps: readonly StepRun[];
  /** The document's outputs that there are, by `step.Name`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The step that gave the report; empty where the run ended without one. */
  readonly reportStep: string;
  /** The report for a person. */
  readonly report: string;
  /** The same for a program: Title, and lists of lines or calls by their headings. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Why the execution failed; empty if it did not. */
  readonly failure: string;
}

const reportSteps = [
  "containFinalOutput",
  "restoreFinalOutput",
  "reportContain",
  "reportRestore",
  "reportContainmentFailure",
  "reportRestoreFailure",
  "protectionFinalOutput",
  "reportProtectionPlan",
  "reportProtectionFailure",
];

/** Where the report for a program is: what was found last counts. */
const jsonOutputs = [
  "verdict.Json",
  "getAutoScalingInstanceInfo.Json",
  "proveProtection.Json",
  "planProtection.Json",
];

/** Starts an execution of a published document, by default the one that contains; its id. */
export async function start(
  ssm: SSMClient,
  parameters: Parameters,
  name: string = documentName,
): Promise<string> {
  const answer = await ssm.send(
    new StartAutomationExecutionCommand({
      DocumentName: name,
      Parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [
          name,
          typeof value === "string" ? [value] : [...value],
        ]),
      ),
    }),
  );
  return answer.AutomationExecutionId ?? "";
}

/** Waits until an execution has ended, and reads it. */
export async function finished(ssm: SSMClient, engine: Engine, id: string): Promise<Run> {
  await engine.settled(id);
  const answer = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
  if (answer.AutomationExecution === undefined) throw new Error(`There is no execution ${id}.`);
  return runOf(answer.AutomationExecution);
}

/** An execution as SSM gives it, in the form that tests read. */
export function runOf(execution: AutomationExecution): Run {
  const outputs: Record<string, string> = {};
  for (const [name, values] of Object.entries(execution.Outputs ?? {})) {
    const value = values[0] ?? "";
    if (isGiven(value)) outputs[name] = value;
  }
  const reportStep = reportSteps.find((name) => outputs[`${name}.Output`] !== undefined) ?? "";
  const json = jsonOutputs.map((name) => outputs[name]).find((text) => text !== undefined) ?? "{}";
  return {
    id: execution.AutomationExecutionId ?? "",
    status: execution.AutomationExecutionStatus ?? "",
    steps: (execution.StepExecutions ?? [])
      .filter((step) => step.StepStatus !== "Pending")
      .map((step) => ({
        name: step.StepName ?? "",
        status: step.StepStatus ?? "",
        failure: step.FailureMessage ?? "",
        outputs: step.Outputs ?? {},
      })),
    outputs,
    reportStep,
    report: outputs[`${reportStep}.Output`] ?? "",
    json: JSON.parse(json) as Record<string, unknown>,
    failure: execution.FailureMessage ?? "",
  };
}

/** A section of a report's JSON as a list; empty where the report has none. */
export function section(run: Run, heading: string): readonly string[] {
  const entries = run.json[heading];
  return Array.isArray(entries)
    ? entries.map((entry: unknown) => (typeof entry === "string" ? entry : JSON.stringify(entry)))
    : [];
}

/** A planned or made call as reports list it. */
export interface ReportedCall {
  readonly Step: string;
  readonly Call: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
}

/** The calls that a report lists under a heading. */
export function callsIn(run: Run, heading = "Calls that would be made"): readonly ReportedCall[] {
  const entries = run.json[heading];
  return Array.isArray(entries)
    ? entries.filter((entry): entry is ReportedCall => typeof entry !== "string")
    : [];
}
