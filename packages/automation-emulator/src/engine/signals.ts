/**
 * SendAutomationSignal: what waiting executions are told from outside.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
 */
import { AwsError } from "./errors.ts";
import { type Execution, isFinal } from "./executions.ts";

export type SignalType = "Approve" | "Reject" | "StartStep" | "StopStep" | "Resume" | "Revoke";

export interface Signal {
  readonly type: SignalType;
  /** Comment, StepName or StepExecutionId. */
  readonly payload: Readonly<Record<string, readonly string[]>>;
  /** ARN of the sender. */
  readonly by: string;
}

/** What an execution waits for. */
export interface Waiting {
  readonly types: readonly SignalType[];
  /** The name of the step that waits. */
  readonly step: string;
  /** Takes a signal of one of the types. @throws AwsError for one that it does not accept */
  take(signal: Signal): void;
}

/**
 * Hands a signal to an execution.
 *
 * @throws AwsError InvalidAutomationSignalException for a signal that the execution does not wait for,
 *   AutomationStepNotFoundException for a step that is not there
 */
export function sendSignal(execution: Execution, signal: Signal): void {
  const { control, state } = execution;
  if (isFinal(state)) throw invalid(`The execution has ended with the status ${state.status}.`);
  if (signal.type === "StopStep") {
    stopStep(execution, signal);
    return;
  }
  if (signal.type === "Revoke") {
    throw invalid("Revoke is for just-in-time access requests, which the emulator does not have.");
  }
  const { waiting } = control;
  if (waiting === undefined || !waiting.types.includes(signal.type)) {
    const waits =
      waiting === undefined
        ? "waits for no signal"
        : `waits at the step ${waiting.step} for ${waiting.types.join(" or ")}`;
    throw invalid(`The execution ${waits}, not for ${signal.type}.`);
  }
  waiting.take(signal);
}

/** The name that StartStep and Resume must carry. @throws AwsError where it is another or none */
export function checkStepName({ type, payload }: Signal, expected: readonly string[]): string {
  const name = payload.StepName?.[0];
  if (name === undefined) throw invalid(`The signal ${type} needs a StepName in its Payload.`);
  if (expected.includes(name)) return name;
  throw new AwsError(
    "AutomationStepNotFoundException",
    `The execution waits to go on with ${expected.join(" or ")}, not with the step ${name}.`,
  );
}

function stopStep({ control, shown }: Execution, { payload }: Signal): void {
  if (shown.Mode !== "Interactive") {
    throw invalid("StopStep is for executions of the mode Interactive.");
  }
  const id = payload.StepExecutionId?.[0];
  if (id === undefined)
    throw invalid("The signal StopStep needs a StepExecutionId in its Payload.");
  if (control.stopStep?.step.id !== id) {
    throw new AwsError(
      "AutomationStepNotFoundException",
      `No step with the StepExecutionId ${id} runs.`,
    );
  }
  control.stopStep.controller.abort();
}

export const invalid = (message: string): AwsError =>
  new AwsError("InvalidAutomationSignalException", message);
