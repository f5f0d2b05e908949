import { AwsError } from "./errors.ts";
import { type Execution, isFinal } from "./executions.ts";
import { validation } from "./input.ts";

/**
 * StopAutomationExecution. `Cancel` ends the step under way and goes the way of its onCancel; `Complete` lets it end
 * and begins no other. What the execution started is stopped likewise.
 *
 * @throws AwsError InvalidAutomationStatusUpdateException for an execution that has ended
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StopAutomationExecution.html
 */
export function stop(execution: Execution, type: string): void {
  if (type !== "Cancel" && type !== "Complete") {
    throw validation(`Type must be Cancel or Complete, not ${type}.`);
  }
  if (isFinal(execution.status)) {
    throw new AwsError(
      "InvalidAutomationStatusUpdateException",
      `Execution ${execution.id} is in the status ${execution.status} and can't be stopped.`,
    );
  }
  if (type === "Complete") {
    execution.control.complete = true;
  } else {
    execution.status = "Cancelling";
    execution.control.cancel.abort();
  }
  for (const child of execution.children) if (!isFinal(child.status)) stop(child, type);
}

/** Ends an execution and what it started as a crash would. */
export function killExecution(execution: Execution): void {
  execution.control.kill.abort();
  for (const child of execution.children) killExecution(child);
}
