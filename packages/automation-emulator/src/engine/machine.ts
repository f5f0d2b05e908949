/**
 * The step machine: which step comes next, and what becomes of the execution.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */

import { setImmediate as turn } from "node:timers/promises";
import { jumpTarget } from "automation-language/document";
import type { Setting } from "./attempt.ts";
import { type Clock, type RunTime, startClock, startRun } from "./clock.ts";
import type { ParameterDefinition } from "./document.ts";
import { StepStopped, StepTimeout } from "./errors.ts";
import { type Execution, isFinal, type StepRecord } from "./executions.ts";
import { type Frame, newFrame, outputsIn, type Position, positionOf } from "./frames.ts";
import { beginExecution, endExecution, endStep, holdExecution, reachStep } from "./lifecycle.ts";
import { checkStepName, type Signal } from "./signals.ts";
import type { Launcher } from "./start.ts";
import { type Outcome, runStep } from "./step.ts";
import { killExecution, killReason, stop } from "./stop.ts";
import { systemVariables } from "./systemVariables.ts";
import type { Tools } from "./tools.ts";
import type { Scope } from "./variables.ts";
import { waitForSignal } from "./waiting.ts";

/** How long the steps of onCancel may take together, in AWS seconds. */
const cancelSeconds = 120;
/** The longest that an execution may take, in AWS seconds. */
const executionSeconds = 7 * 86_400;

/** What runs one execution. */
export interface Machine {
  readonly tools: Tools;
  readonly execution: Execution;
  readonly setting: Setting;
  readonly parameters: ReadonlyMap<string, unknown>;
  /** Of the document's variables. */
  readonly variables: ReadonlyMap<string, ParameterDefinition>;
  /** The names of all steps of the document. */
  readonly stepNames: ReadonlySet<string>;
  /** Starts an execution as the user who started this one. */
  readonly launcher: Launcher;
  /** The ends of jobs that run, some perhaps longer than their step. */
  readonly jobs: Set<Promise<void>>;
}

/** A way through the steps: that of the document, or that of onCancel. */
export interface Walk {
  readonly machine: Machine;
  readonly clock: Clock;
  /** Ends the way from outside. */
  readonly signal: AbortSignal;
  readonly onCancel: boolean;
}

/** What references in a frame may name. */
export const scopeOf = (machine: Machine, frame: Frame): Scope => ({
  parameters: machine.parameters,
  variables: machine.execution.variables,
  outputs: (step) => outputsIn(frame, step),
  steps: machine.stepNames,
  system: systemVariables(machine.tools.time, machine.execution),
});

/** Runs an execution from its first step to its end. Never throws for what a step did. */
export async function runMachine(machine: Machine): Promise<void> {
  const { execution, tools } = machine;
  const { cancel, kill } = execution.control;
  const frame = newFrame(execution.steps);
  const [first] = execution.steps;
  if (first === undefined) return;
  // It may have been stopped before it begins.
  if (execution.state.status === "Pending") beginExecution(execution);
  const signal = AbortSignal.any([cancel.signal, kill.signal]);
  const run = startRun(tools.time);
  execution.control.run = run;
  const clock = startClock(run, executionSeconds);
  const walked = await walk({ machine, clock, signal, onCancel: false }, frame, first);
  if (!kill.signal.aborted && (walked.end === "stopped" || cancel.signal.aborted)) {
    await afterCancel(machine, run, walked);
  }
  if (kill.signal.aborted) {
    crash(machine);
  } else if (execution.state.status === "Cancelling") {
    endExecution(execution, tools.time.now(), "Cancelled", walked.failure);
  } else {
    const end = walked.end === "Failed" || walked.end === "TimedOut" ? walked.end : "Success";
    endExecution(execution, tools.time.now(), end, walked.failure);
  }
}

function crash({ execution, tools }: Machine): void {
  const message = killReason(execution.control);
  const now = tools.time.now();
  for (const step of execution.steps) {
    if (step.state.status === "Pending" || isFinal(step.state)) continue;
    endStep(step, now, "Failed", { failure: { message, stage: "Invocation", type: "Internal" } });
  }
  endExecution(execution, now, "Failed", message);
}

async function afterCancel(machine: Machine, run: RunTime, { end, at }: Walked): Promise<void> {
  const { execution, tools } = machine;
  holdExecution(execution, "Cancelling");
  if (end !== "stopped") return;
  const target = positionOf(at.frame, jumpTarget(at.step.definition.onCancel));
  const left = target === undefined ? [] : loopsLeft(at, target.frame);
  for (const step of execution.steps) {
    const runs = step.state.status !== "Pending" && !isFinal(step.state);
    const end = left.includes(step) ? "Exited" : "Cancelled";
    if (runs || step === at.step) cancelStep(step, tools.time.now(), end);
  }
  if (target === undefined) return;
  const clock = startClock(run, cancelSeconds);
  const { signal } = execution.control.kill;
  await walk({ machine, clock, signal, onCancel: true }, target.frame, target.step);
}

/** A step in a circle may have ended before; then it is left as it was. */
function cancelStep(step: StepRecord, now: number, end: "Cancelled" | "Exited"): void {
  if (!isFinal(step.state)) endStep(step, now, end);
}

/** The loops around a step that are left for a step of another frame. */
function loopsLeft({ frame, step }: Position, target: Frame): StepRecord[] {
  if (frame === target || frame.outer === undefined || step.parent === undefined) return [];
  const loop = step.parent.step;
  return [loop, ...loopsLeft({ frame: frame.outer, step: loop }, target)];
}

/** A failure that was gone on from and still decides the final state. */
export interface Failed {
  readonly end: "Failed" | "TimedOut";
  readonly message: string;
}

export interface Walked {
  /** `done`: by the document; `stopped`: from outside. */
  readonly end: "done" | "Failed" | "TimedOut" | "stopped";
  /** The step of an outer list that the walk left its own for. */
  readonly leftFor?: string;
  readonly failed: Failed | undefined;
  /** The last step, or the one that would have been next. */
  readonly at: Position;
  readonly failure: string | undefined;
}

/** Walks the steps of a frame from one of them to the end. */
export async function walk(way: Walk, frame: Frame, from: StepRecord): Promise<Walked> {
  const { machine, signal, onCancel } = way;
  const { execution } = machine;
  let at = from;
  let choices: readonly StepRecord[] = [];
  // A failure that was gone on from and still decides the final state: "By default, if an action times out, the
  // automation execution status will be Timed Out."
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-handling-timeouts.html
  let failed: Failed | undefined;
  const completing = (): boolean => execution.control.completing.signal.aborted && !onCancel;
  const result = (end: Walked["end"], inner?: Position): Walked => ({
    end,
    at: inner ?? { frame, step: at },
    failed,
    failure: failed?.message,
  });
  for (;;) {
    // A document may go in circles without ever waiting, and others must have their turn.
    await turn();
    at = await mayBegin(way, at, choices);
    meetFaults(machine, at, "before");
    if (signal.aborted) return result("stopped");
    if (completing()) return result(failed?.end ?? "done");
    reachStep(execution, at);
    const outcome = await runStep(way, frame, at);
    meetFaults(machine, at, "after");
    if (outcome.end === "stopped") return result("stopped", outcome.at);
    const next = nextStep(frame, at, outcome);
    choices = outcome.end === "Cancelled" && next?.frame === frame ? [next.step] : [];
    if (outcome.end === "Cancelled") continue;
    if (outcome.end !== "Success") {
      const { isCritical, onFailure } = at.definition;
      if (onFailure === "Abort") failed = outcome;
      else if (isCritical) failed ??= outcome;
      if (onFailure === "Abort") return result(outcome.end);
    }
    if (outcome.end === "Success") failed ??= outcome.left?.failed;
    if (next === undefined || completing()) return result(failed?.end ?? "done");
    if (next.frame !== frame) return { ...result("done"), leftFor: next.step.definition.name };
    at = next.step;
  }
}

/**
 * In the mode Interactive, waits until somebody starts a step: the next one, or after a step was stopped, that one
 * again or the next.
 *
 * @returns the step that was started
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-working-executing-manually.html
 */
async function mayBegin(
  { machine, clock, signal, onCancel }: Walk,
  at: StepRecord,
  choices: readonly StepRecord[],
): Promise<StepRecord> {
  const { execution } = machine;
  if (execution.shown.Mode !== "Interactive" || onCancel || signal.aborted) return at;
  reachStep(execution, at);
  const steps = [at, ...choices];
  const names = steps.map(({ definition }) => definition.name);
  let chosen = at;
  const accept = (told: Signal): boolean => {
    chosen = steps[names.indexOf(checkStepName(told, names))] ?? at;
    return true;
  };
  const stopped = AbortSignal.any([signal, execution.control.completing.signal]);
  try {
    await waitForSignal(execution, at, ["StartStep"], accept, clock, stopped);
  } catch (error) {
    // The way ends before the next step, and sees to that itself.
    if (!(error instanceof StepStopped || error instanceof StepTimeout)) throw error;
  }
  return chosen;
}

/** Lets the faults that are put up for a step's beginning or end take effect. */
function meetFaults({ tools, execution }: Machine, at: StepRecord, side: "before" | "after"): void {
  const { id: executionId, accountId } = execution;
  const boundary = { executionId, accountId, step: at.definition.name, side };
  for (const kind of tools.faultsAtStep(boundary)) {
    if ("kill" in kind) killExecution(execution);
    if ("cancel" in kind) stop(execution, "Cancel");
    if ("complete" in kind) stop(execution, "Complete");
  }
}

/** The step that comes after one that has ended; undefined at the end. "The automation stops if the step fails or succeeds" is isEnd's rule. */
function nextStep(frame: Frame, at: StepRecord, outcome: Outcome): Position | undefined {
  const { isEnd, onFailure, nextStep: named } = at.definition;
  const chosen = outcome.end === "Success" ? (outcome.left?.to ?? outcome.next) : undefined;
  if (chosen !== undefined) return positionOf(frame, chosen);
  if (isEnd) return undefined;
  if (outcome.end !== "Success") {
    const target = positionOf(frame, jumpTarget(onFailure));
    if (target !== undefined) return target;
  }
  const following = frame.steps[frame.steps.indexOf(at) + 1];
  return positionOf(frame, named) ?? (following && { frame, step: following });
}
