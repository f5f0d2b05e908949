import { defineStep } from "../../build/types.ts";
import { planChanges } from "../planChanges/step.ts";

export const branchOnCreateAMIBackup = defineStep({
  name: "branchOnCreateAMIBackup",
  action: "aws:branch",
  description: "Goes on to the images if they are asked for and an earlier run has not made them.",
  choices: [
    {
      all: [{ variable: planChanges.out.ImageNeeded, is: { BooleanEquals: true } }],
      next: "assertSourceInstanceRootVolumeIsEbs",
    },
  ],
  defaultNext: "readSituation",
  outputs: {},
  permissions: {},
});
