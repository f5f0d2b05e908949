import { defineStep } from "../../build/types.ts";
import { noteFailure } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const restoreInstanceConfiguration = defineStep({
  name: "restoreInstanceConfiguration",
  action: "aws:executeScript",
  description:
    "Gives back groups, lifecycle state and MinSize, removes tags, deletes the runbook's groups; keeps images.",
  payload: {
    Plan: planChanges.out.Plan,
  },
  outputs: {
    Output: { selector: "$.Payload.Output", type: "String" },
  },
  permissions: {
    ...noteFailure,
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
