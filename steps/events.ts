import type { Variable } from "../build/types.ts";
import { getAutoScalingInstanceInfo } from "./getAutoScalingInstanceInfo/step.ts";

/** What the look found and planned: every later step works from it. */
export const { Run: run } = getAutoScalingInstanceInfo.out;

/**
 * What steps say to the verdict: Warnings, and of a release Made, Problems and Left. A variable, since the verdict is
 * reached on paths on which those steps did not run.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html
 */
export const notes: Variable = { reference: "variable:Notes" };
