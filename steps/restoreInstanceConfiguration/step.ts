import { defineStep } from "../../build/types.ts";
import { noteFailure, readInstance } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const restoreInstanceConfiguration = defineStep({
  name: "restoreInstanceConfiguration",
  action: "aws:executeScript",
  description:
    "Gives each interface its groups of before, the instance its lifecycle state and the Auto Scaling group its MinSize, removes the runbook's tags and deletes its groups. What can't be restored is named, the rest is restored. Images are kept.",
  payload: {
    Run: planChanges.out.Run,
    Calls: planChanges.out.Calls,
    Commands: planChanges.out.Commands,
    Problems: planChanges.out.Problems,
  },
  outputs: {
    Changed: { selector: "$.Payload.Changed", type: "Boolean" },
  },
  permissions: {
    ...noteFailure,
    ...readInstance,
    "ec2:ModifyNetworkInterfaceAttribute": "give the interfaces their groups of before",
    "ec2:DeleteTags": "remove the containment's tags",
    "ec2:CreateTags": "give back a tag's value of before",
    "ec2:DeleteSecurityGroup": "delete the containment's groups",
    "autoscaling:ExitStandby": "bring the instance back into service",
    "autoscaling:UpdateAutoScalingGroup": "give the group its MinSize of before",
    "autoscaling:CreateOrUpdateTags":
      "give back a tag's value of before, or keep what is left to give back",
    "autoscaling:DeleteTags": "remove the containment's tags",
    "s3:DeleteObjectTagging": "remove TagIdentifier from the backup",
  },
});
