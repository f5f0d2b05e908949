import { wrongInput } from "../errors.ts";
import { variablePrefix } from "../variables.ts";
import { type Action, text } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html */
export const updateVariable: Action = {
  run: async ({ inputs, setVariable }) => {
    const name = text(inputs, "Name");
    if (!name.startsWith(variablePrefix)) {
      throw wrongInput(`The input Name must be ${variablePrefix}NAME; it is ${name}.`);
    }
    setVariable(name.slice(variablePrefix.length), inputs.Value);
    return { result: {} };
  },
};
