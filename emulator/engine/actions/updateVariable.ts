import type { Action } from "./action.ts";

/** The machine keeps the value. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html */
export const updateVariable: Action = {
  timeoutSeconds: 600,
  run: async () => ({ result: {} }),
};
