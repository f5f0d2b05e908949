import { defineStep } from "../../build/types.ts";
import { createAllAccessSecurityGroup } from "../createAllAccessSecurityGroup/step.ts";
import { readInstance, writeBackup } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const createContainmentSecurityGroup = defineStep({
  name: "createContainmentSecurityGroup",
  action: "aws:executeScript",
  description:
    "Creates containment security group (the step before has made it, so that no interface stays open longer than it must) and replaces with all access security group with containment security group. Then reads the interfaces until it is proved that all are contained; one attached meanwhile is added to the backup and contained too.",
  payload: {
    Run: planChanges.out.Run,
    Closed: createAllAccessSecurityGroup.out.Closed,
    AllAccess: createAllAccessSecurityGroup.out.AllAccess,
    Opened: createAllAccessSecurityGroup.out.Opened,
    OpenedAt: createAllAccessSecurityGroup.out.OpenedAt,
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
