import { AwsError } from "./errors.ts";
import { type Control, type Execution, isFinal } from "./executions.ts";
import { validation } from "./input.ts";
import { holdExecution } from "./lifecycle.ts";

export type StopType = "Cancel" | "Complete";

/**
 * StopAutomationExecution. `Cancel` ends the step under way and goes the way of its onCancel; `Complete` lets it end
 * and begins no other. Executions that were started for targets are stopped likewise; one that a step started is
 * cancelled with it, and ended by no Complete, which lets the step end.
 *
 * @throws AwsError InvalidAutomationStatusUpdateException for an execution that has ended
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StopAutomationExecution.html
 */
export function stop(execution: Execution, type: string): void {
  if (type !== "Cancel" && type !== "Complete") {
    throw validation(`Type must be Cancel or Complete, not ${type}.`);
  }
  if (isFinal(execution.state)) {
    throw new AwsError(
      "InvalidAutomationStatusUpdateException",
      `Execution ${execution.id} is in the status ${execution.state.status} and can't be stopped.`,
    );
  }
  if (type === "Complete") {
    execution.control.completing.abort();
  } else {
    holdExecution(execution, "Cancelling");
    execution.control.cancel.abort();
  }
  if (type === "Complete" && execution.kind === "document") return;
  for (const child of execution.children) if (!isFinal(child.state)) stop(child, type);
}

/**
 * Ends an execution and what it started as a crash would.
 *
 * @param why is shown as the reason
 */
export function killExecution(
  execution: Execution,
  why = "The emulator ended the execution as a crash would.",
): void {
  execution.control.kill.abort(why);
  for (const child of execution.children) killExecution(child, why);
}

/** Why an execution has been killed. */
export const killReason = ({ kill }: Control): string => String(kill.signal.reason);

/** Makes an execution another's child, which ends with it. The parent may have been stopped while the child came to be. */
export function addChild(parent: Execution, child: Execution): void {
  parent.children.push(child);
  const { run } = child.control;
  if (run !== undefined) parent.control.run?.join(run, child.settled);
  if (parent.control.kill.signal.aborted) killExecution(child, killReason(parent.control));
  else if (parent.control.cancel.signal.aborted && !isFinal(child.state)) stop(child, "Cancel");
}
