import { defineStep } from "../../build/types.ts";
import { backupBucketPreChecks } from "../backupBucketPreChecks/step.ts";
import { reportOutputs, runEvents } from "../events.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { parameter } from "../parameters.ts";
import { readBackup, readGroups, readImages, readInstance, readScaling } from "../permissions.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const planChanges = defineStep({
  name: "planChanges",
  action: "aws:executeScript",
  description:
    "Finds out what is to be done, live or dry, and what an earlier run has done. Refuses a backup that is not whole or not of this instance. Changes nothing.",
  payload: {
    ...runEvents,
    Action: validateRequiredInputs.out.Action,
    AutoScalingGroupName: getAutoScalingInstanceInfo.out.AutoScalingGroupName,
    LifecycleState: getAutoScalingInstanceInfo.out.LifecycleState,
    BucketMissing: backupBucketPreChecks.out.Missing,
    DryRun: parameter.DryRun,
    Inputs: validateRequiredInputs.out.Inputs,
    KmsKeyArn: validateRequiredInputs.out.KmsKeyArn,
  },
  outputs: {
    Plan: { selector: "$.Payload.Plan", type: "StringMap" },
    Key: { selector: "$.Payload.Key", type: "String" },
    ImageNeeded: { selector: "$.Payload.ImageNeeded", type: "Boolean" },
    ...reportOutputs,
  },
  permissions: {
    ...readInstance,
    ...readGroups,
    ...readBackup,
    ...readImages,
    ...readScaling,
    "ec2:DescribeTags":
      "see what is tagged, and keep the values that TagIdentifier's key has already",
  },
});
