/** Lists of steps as they are walked: the document's, and inside it those of the iterations of loops. */
import type { StepRecord } from "./executions.ts";
import type { Outputs } from "./variables.ts";

export interface Frame {
  readonly steps: readonly StepRecord[];
  /** The outputs of the steps of this list that succeeded, by the name of the step. */
  readonly outputs: Map<string, Outputs>;
  /** The frame in which the loop stands. */
  readonly outer?: Frame;
}

/** A step and the list in which it is walked. */
export interface Position {
  readonly frame: Frame;
  readonly step: StepRecord;
}

export const newFrame = (steps: readonly StepRecord[], outer?: Frame): Frame => ({
  steps,
  outputs: new Map(),
  ...(outer !== undefined && { outer }),
});

/** The outputs of a step that can be seen from a frame: its own, or those of the frames around it. */
export function outputsIn(frame: Frame | undefined, step: string): Outputs | undefined {
  if (frame === undefined) return undefined;
  return frame.outputs.get(step) ?? outputsIn(frame.outer, step);
}

/**
 * Where a step stands that another leads to: in its own list, or in one around its loop, which is left then.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html on Exited
 */
export function positionOf(
  frame: Frame | undefined,
  name: string | undefined,
): Position | undefined {
  if (frame === undefined || name === undefined) return undefined;
  const step = frame.steps.find(({ definition }) => definition.name === name);
  return step === undefined ? positionOf(frame.outer, name) : { frame, step };
}
