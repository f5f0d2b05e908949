import { defineStep } from "../../build/types.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";

const goesOn = (is: string) =>
  [{ variable: getAutoScalingInstanceInfo.out.Next, is: { StringEquals: is } }] as const;

export const branchOnAutoScalingGroupMembership = defineStep({
  name: "branchOnAutoScalingGroupMembership",
  action: "aws:branch",
  description: "InService goes to Standby first.",
  choices: [
    { all: goesOn("Standby"), next: "describeAutoScalingGroups" },
    { all: goesOn("Open"), next: "createAllAccessSecurityGroup" },
    { all: goesOn("Contain"), next: "createContainmentSecurityGroup" },
  ],
  defaultNext: "branchOnCreateAMIBackup",
  outputs: {},
  permissions: {},
});
