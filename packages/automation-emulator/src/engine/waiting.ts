/** Executions that wait for a signal. */
import type { Clock } from "./clock.ts";
import type { Execution, StepRecord } from "./executions.ts";
import { holdExecution } from "./lifecycle.ts";
import type { Signal, SignalType } from "./signals.ts";

/**
 * Waits until a signal of one of the types is accepted. The execution is in the status Waiting until then.
 *
 * @param accept says whether the signal ends the waiting; what it throws, the sender of the signal gets
 * @throws StepStopped when the signal `stop` is aborted, StepTimeout when the clock's deadline comes first
 */
export async function waitForSignal(
  execution: Execution,
  step: StepRecord,
  types: readonly SignalType[],
  accept: (signal: Signal) => boolean,
  clock: Clock,
  stop: AbortSignal,
): Promise<void> {
  const { control } = execution;
  const accepted = new AbortController();
  control.waiting = {
    types,
    step: step.definition.name,
    take: (signal) => {
      if (accept(signal)) accepted.abort();
    },
  };
  if (execution.state.status === "InProgress") holdExecution(execution, "Waiting");
  try {
    await clock.sleep(Number.POSITIVE_INFINITY, AbortSignal.any([accepted.signal, stop]));
  } catch (error) {
    if (!accepted.signal.aborted) throw error;
  } finally {
    control.waiting = undefined;
    if (execution.state.status === "Waiting") holdExecution(execution, "InProgress");
  }
}
