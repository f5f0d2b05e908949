import { defineStep } from "../../build/types.ts";
import { createContainmentSecurityGroup } from "../createContainmentSecurityGroup/step.ts";
import { parameter } from "../parameters.ts";

export const branchOnCreateAMIBackup = defineStep({
  name: "branchOnCreateAMIBackup",
  action: "aws:branch",
  description: "Goes on to the images if they are asked for and an earlier run has not made them.",
  choices: [
    {
      all: [
        { variable: parameter.CreateAMIBackup, is: { BooleanEquals: true } },
        { variable: createContainmentSecurityGroup.out.ImageNeeded, is: { StringEquals: "true" } },
      ],
      next: "assertSourceInstanceRootVolumeIsEbs",
    },
  ],
  defaultNext: "containFinalOutput",
  outputs: {},
  permissions: {},
});
