/**
 * Rate control: how many executions run at once, how soon, and after how many failures no further one is begun.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale-controls.html
 */
import type { Control, FinalStatus, Status } from "./executions.ts";
import { validation } from "./input.ts";
import { killReason } from "./stop.ts";

export interface Rate {
  readonly concurrency: number;
  /**
   * Begins with one, and with more as they end, until the concurrency is reached: "The queueing system delivers the
   * automation to a single resource and waits until the initial invocation is complete before sending the automation to
   * two more resources." AWS says so of targets, not of accounts and Regions.
   */
  readonly gradual: boolean;
  /** With one failure more, nothing further is begun. */
  readonly errors: number;
}

/**
 * Reads MaxConcurrency and MaxErrors, each a number or a percentage of the targets.
 *
 * @throws AwsError ValidationException for what is neither
 */
export function readRate(
  maxConcurrency: string | undefined,
  maxErrors: string | undefined,
  total: number,
  { gradual }: Pick<Rate, "gradual">,
): Rate {
  return {
    gradual,
    concurrency: Math.max(1, amount("MaxConcurrency", maxConcurrency ?? "10", total)),
    errors: amount("MaxErrors", maxErrors ?? "0", total),
  };
}

function amount(name: string, text: string, total: number): number {
  const [, number, percent] = /^(\d{1,7})(%?)$/.exec(text) ?? [];
  const value = Number(number);
  const wrong = number === undefined || (percent === "%" && value > 100);
  if (wrong || (name === "MaxConcurrency" && value === 0)) {
    throw validation(`${name} must be a number or a percentage, not ${text}.`);
  }
  return percent === "%" ? Math.floor((total * value) / 100) : value;
}

/** Begins one of several executions and waits for its end. */
export type Task = () => Promise<Status>;

/** How an execution that starts others ends. */
export interface ManyEnded {
  readonly status: FinalStatus;
  readonly failureMessage?: string;
}

/**
 * Runs the tasks of an execution that starts others, within the rate. It succeeds as long as there were not more
 * failures than MaxErrors allows.
 */
export async function runMany(
  control: Control,
  tasks: readonly Task[],
  rate: Rate,
): Promise<ManyEnded> {
  const { cancel, kill, completing } = control;
  let next = 0;
  let errors = 0;
  const stops = [cancel, kill, completing];
  const running = new Set<Promise<void>>();
  const hasRoom = (): boolean => {
    const ended = next - running.size;
    return running.size < Math.min(rate.concurrency, rate.gradual ? ended + 1 : rate.concurrency);
  };
  const mayBegin = (): boolean =>
    hasRoom() && errors <= rate.errors && !stops.some(({ signal }) => signal.aborted);
  const begin = (task: Task): void => {
    next += 1;
    const run = task().then((status) => {
      running.delete(run);
      if (status !== "Success") errors += 1;
    });
    running.add(run);
  };
  for (;;) {
    for (let task = tasks[next]; task !== undefined && mayBegin(); task = tasks[next]) begin(task);
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (kill.signal.aborted) {
    return { status: "Failed", failureMessage: killReason(control) };
  }
  if (cancel.signal.aborted) return { status: "Cancelled" };
  if (errors <= rate.errors) return { status: "Success" };
  return {
    status: "Failed",
    failureMessage: `${errors} of ${tasks.length} targets failed, and ${rate.errors} may fail (MaxErrors). ${tasks.length - next} were not begun.`,
  };
}
