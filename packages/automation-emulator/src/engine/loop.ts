/** The iterations of aws:loop. */
import { asText } from "automation-language/values";
import { StepFailure, StepStopped, StepTimeout } from "./errors.ts";
import { newStep, type ParentStep, type StepRecord } from "./executions.ts";
import { type Frame, newFrame } from "./frames.ts";
import { addIteration } from "./lifecycle.ts";
import { type Failed, scopeOf, type Walk, walk } from "./machine.ts";
import { resolve } from "./variables.ts";

export interface Turn {
  /** From 1. */
  readonly iteration: number;
  /** Undefined in a loop without iterators. */
  readonly value?: unknown;
}

/** How a loop is left by a step inside it that leads to one outside. */
export interface Left {
  readonly to: string;
  /** The failure that led there, where it makes the execution fail. */
  readonly failed?: Failed;
}

/** What is known after an iteration. */
export interface Turned {
  readonly left?: Left;
  /** The execution is to end with the step under way, and the loop is to begin no further iteration. */
  readonly completing: boolean;
  /** Puts values in place of references, as they are at the end of the iteration. */
  resolve(value: unknown): unknown;
}

/**
 * Runs the steps of a loop once, in a frame of their own. What its last iteration put out can be seen after the loop.
 *
 * @throws StepFailure or StepTimeout for a step that failed the iteration, StepStopped
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
 */
export async function iterate(
  way: Walk,
  outer: Frame,
  loop: StepRecord,
  { iteration, value }: Turn,
): Promise<Turned> {
  const { machine } = way;
  const { execution } = machine;
  const parent: ParentStep = {
    step: loop,
    iteration,
    ...(value !== undefined && { iteratorValue: asText(value) }),
  };
  const steps = (loop.definition.steps ?? []).map((step) => newStep(step, { parent }));
  const [first] = steps;
  if (first === undefined) throw new Error(`The loop ${loop.definition.name} has no steps.`);
  addIteration(execution, loop, steps);
  const frame = newFrame(steps, outer);
  const values = new Map<string, unknown>([["CurrentIteration", iteration]]);
  if (value !== undefined) values.set("CurrentIteratorValue", value);
  frame.outputs.set(loop.definition.name, { values, declared: new Set() });
  const walked = await walk(way, frame, first);
  for (const [name, outputs] of frame.outputs) outer.outputs.set(name, outputs);
  const { leftFor: to, failed } = walked;
  if (walked.end === "stopped") throw new StepStopped(walked.at);
  const failure = `The iteration ${iteration} failed. ${walked.failure ?? ""}`.trim();
  if (walked.end === "TimedOut") throw new StepTimeout(failure);
  if (walked.end === "Failed") throw new StepFailure(failure);
  return {
    ...(to !== undefined && { left: { to, ...(failed !== undefined && { failed }) } }),
    completing: execution.control.completing.signal.aborted,
    resolve: (given) => resolve(given, scopeOf(machine, frame)),
  };
}
