import type { Action } from "./action.ts";
import { look } from "./property.ts";

/** AWS does not say how often it looks; in AWS seconds. */
const interval = 5;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-waitForAwsResourceProperty.html */
export const waitForAwsResourceProperty: Action = {
  run: async (context) => {
    while (!(await look(context)).desired) await context.sleep(interval);
    return { result: {} };
  },
};
