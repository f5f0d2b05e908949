import { defineStep } from "../../build/types.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";

export const branchOnAutoScalingGroupMembership = defineStep({
  name: "branchOnAutoScalingGroupMembership",
  action: "aws:branch",
  description: "An instance of an Auto Scaling group goes to Standby first.",
  choices: [
    {
      all: [{ variable: getAutoScalingInstanceInfo.out.IsMember, is: { StringEquals: "true" } }],
      next: "describeAutoScalingGroups",
    },
  ],
  defaultNext: "createAllAccessSecurityGroup",
  outputs: {},
  permissions: {},
});
