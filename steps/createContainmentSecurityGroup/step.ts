import { defineStep } from "../../build/types.ts";
import { createAllAccessSecurityGroup } from "../createAllAccessSecurityGroup/step.ts";
import { readInstance, writeBackup } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const createContainmentSecurityGroup = defineStep({
  name: "createContainmentSecurityGroup",
  action: "aws:executeScript",
  description:
    "Creates containment security group (the step before has already) and replaces with all access security group with containment security group. Proves it; contains interfaces attached meanwhile.",
  payload: {
    Plan: planChanges.out.Plan,
    Opened: createAllAccessSecurityGroup.out.Opened,
  },
  outputs: {
    OpenSeconds: { selector: "$.Payload.OpenSeconds", type: "String" },
  },
  permissions: {
    ...readInstance,
    ...writeBackup,
    "ec2:ModifyNetworkInterfaceAttribute": "replace the interfaces' groups",
  },
});
