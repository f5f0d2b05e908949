import { defineStep } from "../../build/types.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";

export const branchOnCreateAMIBackup = defineStep({
  name: "branchOnCreateAMIBackup",
  action: "aws:branch",
  description: "Makes images if asked.",
  choices: [
    {
      all: [{ variable: getAutoScalingInstanceInfo.out.Images, is: { BooleanEquals: true } }],
      next: "assertSourceInstanceRootVolumeIsEbs",
    },
  ],
  defaultNext: "verdict",
  outputs: {},
  permissions: {},
});
