import { setTimeout as wait } from "node:timers/promises";
import {
  type AutomationExecution,
  type AutomationExecutionFilter,
  type AutomationExecutionMetadata,
  GetAutomationExecutionCommand,
  paginateDescribeAutomationExecutions,
  paginateDescribeAutomationStepExecutions,
  type SSMClient,
  type StepExecution,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";

/** States that an execution or step leaves again; all others are final. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html */
const UNDER_WAY = new Set([
  "Pending",
  "InProgress",
  "Waiting",
  "Cancelling",
  "PendingApproval",
  "Approved",
  "Scheduled",
  "RunbookInProgress",
  "PendingChangeCalendarOverride",
  "ChangeCalendarOverrideApproved",
]);

const GOOD = new Set(["Success", "CompletedWithSuccess"]);

/**
 * Whether all went well. Where an execution starts others, its own state says no more than that not too many of
 * them failed (MaxErrors): each of them counts here.
 */
export const wentWell = ({ status, fleet, steps, children }: Snapshot): boolean =>
  isGood(status) && (!fleet || [...steps, ...children].every((part) => isGood(part.status)));

export const isFinal = (status: string): boolean => !UNDER_WAY.has(status);
export const isGood = (status: string): boolean => GOOD.has(status);

/** What a step, or an execution under another one, is doing. */
export interface Progress {
  /** Tells one from another. */
  readonly key: string;
  readonly title: string;
  readonly status: string;
  readonly started: Date | undefined;
  readonly ended: Date | undefined;
  readonly failure: string | undefined;
}

/** An execution as it stands. */
export interface Snapshot {
  readonly id: string;
  readonly status: string;
  readonly failure: string | undefined;
  readonly started: Date | undefined;
  readonly ended: Date | undefined;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly steps: readonly Progress[];
  /** Whether it starts other executions: for several instances, or in several accounts and Regions. */
  readonly fleet: boolean;
  /** The executions under it: one for each instance, or for each account and Region. */
  readonly children: readonly Progress[];
}

/** What to do when the person presses Ctrl-C. */
export type Interruption = "cancel" | "leave" | "continue";

/** Ctrl-C was pressed; what is chosen then may take its time. */
export interface Pressed {
  readonly choice: Promise<Interruption>;
}

export interface FollowOptions {
  readonly client: SSMClient;
  readonly id: string;
  /** Seconds between two looks. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html (three calls a second an account) */
  readonly interval: number;
  /** Is told of each new state, and whether it is of an execution that starts others. */
  readonly onChange: (progress: Progress, fleet: boolean) => void;
  /** Resolves each time Ctrl-C is pressed. */
  readonly interruption?: () => Promise<Pressed>;
  /** Ends the following, which then rejects. */
  readonly signal?: AbortSignal;
}

/**
 * Follows an execution to its end, or until the person leaves it. It can be followed from any place and again: all
 * it knows comes from Systems Manager.
 *
 * @returns the last state seen; not final where it was left
 */
export async function follow(options: FollowOptions): Promise<Snapshot> {
  const { client, id, onChange } = options;
  const seen = new Map<string, string>();
  let interrupted = options.interruption?.();
  for (;;) {
    const state = await snapshot(client, id);
    for (const progress of [...state.steps, ...state.children])
      if (seen.get(progress.key) !== progress.status) {
        seen.set(progress.key, progress.status);
        onChange(progress, state.fleet);
      }
    if (isFinal(state.status)) return state;
    const pressed = await pause(options.interval * 1000, interrupted, options.signal);
    if (pressed === undefined) continue;
    // Nothing is looked at, or printed, while the person is asked.
    const choice = await pressed.choice;
    if (choice === "leave") return state;
    if (choice === "cancel") await cancel(client, id);
    interrupted = options.interruption?.();
  }
}

/** Waits, or until Ctrl-C is pressed; leaves no timer behind, which would keep the process from ending. */
async function pause(
  milliseconds: number,
  interrupted: Promise<Pressed> | undefined,
  signal: AbortSignal | undefined,
): Promise<Pressed | undefined> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const end = (): void => over.abort();
  signal?.addEventListener("abort", end);
  try {
    const time = wait(milliseconds, undefined, { signal: over.signal });
    return await (interrupted === undefined ? time : Promise.race([time, interrupted]));
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}

/**
 * Cancels an execution: the step under way is ended and its onCancel path runs, which puts things in order. One that
 * has ended meanwhile stays as it ended.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StopAutomationExecution.html
 */
export async function cancel(client: SSMClient, id: string): Promise<void> {
  try {
    await client.send(
      new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === "InvalidAutomationStatusUpdateException"))
      throw error;
  }
}

/** An execution as it stands now. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetAutomationExecution.html */
export async function snapshot(client: SSMClient, id: string): Promise<Snapshot> {
  const { AutomationExecution: execution } = await client.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
  );
  if (execution === undefined) throw new Error(`Systems Manager gave no execution for ${id}.`);
  const fleet = isFleet(execution);
  const children = fleet ? await childrenOf(client, id) : [];
  const targets = new Set(children.map(({ Target }) => Target));
  const steps =
    execution.StepExecutionsTruncated || execution.StepExecutions === undefined
      ? await allSteps(client, id)
      : execution.StepExecutions;
  return {
    id,
    status: execution.AutomationExecutionStatus ?? "Pending",
    failure: execution.FailureMessage,
    started: execution.ExecutionStartTime,
    ended: execution.ExecutionEndTime,
    outputs: execution.Outputs ?? {},
    // A run for targets has a step for each, which stands for an execution and says less than that does.
    steps: steps
      .filter(({ StepName }) => !targets.has(StepName))
      .map(stepProgress)
      .filter((step) => step.status !== "Pending"),
    fleet,
    children: children.map(childProgress),
  };
}

/** Whether an execution starts others. */
export const isFleet = (
  execution: Pick<AutomationExecution, "Targets" | "TargetMaps" | "TargetLocations">,
): boolean =>
  (execution.Targets ?? []).length > 0 ||
  (execution.TargetMaps ?? []).length > 0 ||
  (execution.TargetLocations ?? []).length > 0;

/** All steps of an execution, those that did not run too. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationStepExecutions.html */
export async function allSteps(client: SSMClient, id: string): Promise<readonly StepExecution[]> {
  const found: StepExecution[] = [];
  for await (const page of paginateDescribeAutomationStepExecutions(
    { client },
    { AutomationExecutionId: id },
  ))
    found.push(...(page.StepExecutions ?? []));
  return found;
}

/** What DescribeAutomationExecutions tells of executions, all pages of it. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html */
export async function listExecutions(
  client: SSMClient,
  filters: readonly AutomationExecutionFilter[],
): Promise<readonly AutomationExecutionMetadata[]> {
  const found: AutomationExecutionMetadata[] = [];
  const Filters = [...filters];
  for await (const page of paginateDescribeAutomationExecutions({ client }, { Filters }))
    found.push(...(page.AutomationExecutionMetadataList ?? []));
  return found;
}

/** The executions in this account and Region that an execution has started. */
export const childrenOf = (
  client: SSMClient,
  id: string,
): Promise<readonly AutomationExecutionMetadata[]> =>
  listExecutions(client, [{ Key: "ParentExecutionId", Values: [id] }]);

const stepProgress = (step: StepExecution): Progress => ({
  key: step.StepExecutionId ?? step.StepName ?? "",
  title: [
    step.StepName ?? "",
    ...(step.TargetLocation
      ? [
          `in ${[...(step.TargetLocation.Accounts ?? []), ...(step.TargetLocation.Regions ?? [])].join(" / ")}`,
        ]
      : []),
  ].join(" "),
  status: step.StepStatus ?? "Pending",
  started: step.ExecutionStartTime,
  ended: step.ExecutionEndTime,
  failure: step.FailureMessage,
});

const childProgress = (child: AutomationExecutionMetadata): Progress => ({
  key: child.AutomationExecutionId ?? "",
  title: `${child.Target || child.ResolvedTargets?.ParameterValues?.join(", ") || child.AutomationExecutionId} (execution ${child.AutomationExecutionId})`,
  status: child.AutomationExecutionStatus ?? "Pending",
  started: child.ExecutionStartTime,
  ended: child.ExecutionEndTime,
  failure: child.FailureMessage,
});
