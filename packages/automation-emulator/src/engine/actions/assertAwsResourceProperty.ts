import { StepFailure } from "../errors.ts";
import type { Action } from "./action.ts";
import { look } from "./property.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-assertAwsResourceProperty.html */
export const assertAwsResourceProperty: Action = {
  run: async (context) => {
    const { desired, found, wanted } = await look(context);
    if (desired) return { result: {} };
    throw new StepFailure(
      `The property value is not among the desired values. Desired: [${wanted}]. Found: [${found}].`,
      { stage: "PostVerification", type: "Verification" },
    );
  },
};
