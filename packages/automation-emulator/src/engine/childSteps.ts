/** Steps that stand for the executions that an execution starts for its targets, or for accounts and Regions. */
import type { StepDefinition } from "./document.ts";
import type { Execution, Failure, StepRecord } from "./executions.ts";
import { isFinal } from "./executions.ts";
import { endStep } from "./lifecycle.ts";

export const childStep = (name: string): StepDefinition => ({
  name,
  action: "aws:executeAutomation",
  inputs: {},
  outputs: [],
  maxAttempts: 1,
  onFailure: "Abort",
  onCancel: "Abort",
  isCritical: true,
  isEnd: false,
});

/** Ends a step as its execution has ended. @throws Error for one that has not */
export function endWithChild(
  step: StepRecord,
  now: number,
  { id, state }: Execution,
  outputs: Readonly<Record<string, readonly string[]>> = {},
): void {
  if (!isFinal(state)) throw new Error(`The execution ${id} has not ended.`);
  const { status, failureMessage } = state;
  endStep(step, now, status, {
    outputs,
    ...(failureMessage !== undefined && { failure: childFailure(failureMessage) }),
  });
}

export const childFailure = (message: string): Failure => ({
  message,
  stage: "Invocation",
  type: "Action",
});
