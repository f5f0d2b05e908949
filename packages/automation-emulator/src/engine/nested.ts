/** aws:executeAutomation: an execution that a step starts, and whose end it awaits. */
import type { StartAutomationExecutionCommandInput } from "@aws-sdk/client-ssm";
import { StepFailure, StepStopped } from "./errors.ts";
import { type Execution, isFinal } from "./executions.ts";
import type { Walk } from "./machine.ts";
import { addChild, stop } from "./stop.ts";

/**
 * Starts an execution "in the context of the user who initiated the primary automation", and waits for its end. It is
 * cancelled when the step is ended or takes too long.
 *
 * @param agent for the log of calls
 * @throws StepFailure when it can't be started, StepTimeout, StepStopped
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAutomation.html
 */
export async function runSecondary(
  { machine, clock, signal }: Walk,
  agent: string,
  request: StartAutomationExecutionCommandInput,
): Promise<Execution> {
  const { execution, launcher } = machine;
  if (signal.aborted) throw new StepStopped();
  let child: Execution;
  try {
    child = await launcher.start(request, { parent: execution.id, agent });
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    throw new StepFailure(
      `The automation ${request.DocumentName} was not started. ${error instanceof Error ? error.message : error}`,
      { type: /AccessDenied/.test(code) ? "Permission" : "Action", code },
    );
  }
  addChild(execution, child);
  const ended = new AbortController();
  child.settled.finally(() => ended.abort());
  try {
    await clock.until(AbortSignal.any([ended.signal, signal]));
    if (signal.aborted) throw new StepStopped();
    return child;
  } catch (error) {
    // Where the whole execution is ended, so is the child; where the step alone is, by its timeout or by StopStep, not.
    if (!isFinal(child.state) && !execution.control.kill.signal.aborted) stop(child, "Cancel");
    await child.settled;
    throw error;
  }
}
