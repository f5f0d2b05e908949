/** The one writer of the states of executions and steps, and which state may follow which. */
import {
  currentStep,
  type Execution,
  type Failure,
  type FinalStatus,
  finals,
  isFinal,
  type Resolved,
  type RunningStatus,
  type ShownOutputs,
  type Status,
  type StepRecord,
  startOf,
} from "./executions.ts";

/** A step that stands in a circle begins again from Pending; an execution that has ended has ended. */
const followers: Readonly<Record<Status, readonly Status[]>> = {
  Pending: ["InProgress", "Cancelling", "Cancelled", "Failed"],
  InProgress: ["Waiting", "Cancelling", ...finals],
  Waiting: ["InProgress", "Cancelling", ...finals],
  Cancelling: ["Cancelled", "Failed"],
  Success: [],
  Failed: [],
  TimedOut: [],
  Cancelled: [],
  Exited: [],
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** @throws Error for a state that may not follow, which is a fault of the engine */
function move<S extends { readonly status: Status }>(record: { readonly state: S }, to: S): void {
  const { status: from } = record.state;
  if (!followers[from].includes(to.status)) {
    throw new Error(`The status ${to.status} can't follow ${from}.`);
  }
  (record as Writable<typeof record>).state = to;
}

export function beginStep(step: StepRecord, now: number): void {
  const writable = step as Writable<StepRecord>;
  if (isFinal(step.state)) writable.state = { status: "Pending" };
  writable.resolved = {};
  move(step, { status: "InProgress", started: now });
}

/** Remembers what a step's references turned out to be. */
export function describeStep(step: StepRecord, resolved: Resolved): void {
  (step as Writable<StepRecord>).resolved = { ...step.resolved, ...resolved };
}

/** A step that runs goes on in another of the states in which it has not ended. */
export function holdStep(step: StepRecord, status: RunningStatus): void {
  move(step, { status, started: startOf(step) ?? 0 });
}

export function endStep(
  step: StepRecord,
  now: number,
  status: FinalStatus,
  rest: { readonly outputs?: ShownOutputs; readonly failure?: Failure } = {},
): void {
  const started = startOf(step);
  move(step, { status, ...(started !== undefined && { started }), ended: now, ...rest });
}

/** Adds the steps of a loop's next iteration, behind the loop and its iterations so far. */
export function addIteration(
  execution: Execution,
  loop: StepRecord,
  steps: readonly StepRecord[],
): void {
  const within = (step: StepRecord | undefined): boolean =>
    step !== undefined && (step === loop || within(step.parent?.step));
  const last = execution.steps.findLastIndex(within);
  (execution as Writable<Execution>).steps = execution.steps.toSpliced(last + 1, 0, ...steps);
}

export const beginExecution = (execution: Execution): void =>
  move(execution, { status: "InProgress" });

/** The step that is about to begin becomes the current one. */
export function reachStep(execution: Execution, current: StepRecord): void {
  const { state } = execution;
  if (state.status === "Pending" || isFinal(state)) {
    throw new Error(`An execution in the status ${state.status} is at no step.`);
  }
  (execution as Writable<Execution>).state = { status: state.status, current };
}

/** An execution that runs goes on in another of the states in which it has not ended. */
export function holdExecution(execution: Execution, status: RunningStatus): void {
  const { state } = execution;
  if (state.status === status) return;
  const current = currentStep(execution);
  move(execution, { status, ...(current !== undefined && { current }) });
}

export function endExecution(
  execution: Execution,
  now: number,
  status: FinalStatus,
  failureMessage?: string,
): void {
  move(execution, { status, ended: now, ...(failureMessage !== undefined && { failureMessage }) });
}
