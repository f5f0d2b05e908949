import { defineStep } from "../../build/types.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const branchOnAction = defineStep({
  name: "branchOnAction",
  action: "aws:branch",
  description: "A terminated instance can't be contained, but it is released.",
  choices: [
    {
      all: [{ variable: validateRequiredInputs.out.Action, is: { StringEquals: "Release" } }],
      next: "getAutoScalingInstanceInfo",
    },
  ],
  defaultNext: "assertInstanceIsNotTerminated",
  outputs: {},
  permissions: {},
});
