import { checkStepName } from "../signals.ts";
import type { Action } from "./action.ts";

/**
 * Waits for the signal Resume.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-pause.html
 */
export const pause: Action = {
  run: async ({ awaitSignal, stepName }) => {
    await awaitSignal(["Resume"], (signal) => checkStepName(signal, [stepName]) === stepName);
    return { result: {} };
  },
};
