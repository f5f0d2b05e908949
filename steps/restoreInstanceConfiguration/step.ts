import { defineStep } from "../../build/types.ts";
import { run } from "../events.ts";
import { notesOutput } from "../outputs.ts";
import { changeGroups, deleteGroups } from "../permissions.ts";

export const restoreInstanceConfiguration = defineStep({
  name: "restoreInstanceConfiguration",
  action: "aws:executeScript",
  description: "Gives back groups, state and MinSize; removes tags and own groups.",
  payload: { Run: run },
  outputs: notesOutput,
  permissions: {
    ...changeGroups,
    ...deleteGroups,
    "ec2:DeleteTags": "remove the containment's tags",
    "autoscaling:ExitStandby": "bring the instance back into service",
    "autoscaling:UpdateAutoScalingGroup": "give the group its MinSize of before",
    "autoscaling:CreateOrUpdateTags": "keep what is left of MinSize to give back",
    "autoscaling:DeleteTags": "remove the containment's tags",
    "s3:DeleteObjectTagging": "remove TagIdentifier from the backup",
  },
});
