import { defineStep } from "../../build/types.ts";
import { planChanges } from "../planChanges/step.ts";

export const branchOnCreateAMIBackup = defineStep({
  name: "branchOnCreateAMIBackup",
  action: "aws:branch",
  description: "Makes images if they are asked for and not there.",
  choices: [
    {
      all: [{ variable: planChanges.out.ImageNeeded, is: { BooleanEquals: true } }],
      next: "assertSourceInstanceRootVolumeIsEbs",
    },
  ],
  defaultNext: "conclude",
  outputs: {},
  permissions: {},
});
