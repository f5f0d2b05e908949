import { choose } from "../choices.ts";
import { type Action, optionalText } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html */
export const branch: Action = {
  timeoutSeconds: 600,
  run: async ({ inputs }) => {
    const next = choose(inputs.Choices) ?? optionalText(inputs, "Default");
    return { result: {}, ...(next !== undefined && { next }) };
  },
};
