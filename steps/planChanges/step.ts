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
    "Finds out what Contain or Release has to do, live or dry, and what an earlier run has done. Refuses a backup that is not whole or not the instance's. Changes nothing.",
  payload: {
    ...runEvents,
    Action: validateRequiredInputs.out.Action,
    AutoScalingGroupName: getAutoScalingInstanceInfo.out.AutoScalingGroupName,
    LifecycleState: getAutoScalingInstanceInfo.out.LifecycleState,
    BucketMissing: backupBucketPreChecks.out.Missing,
    Rules: validateRequiredInputs.out.Rules,
    Tags: validateRequiredInputs.out.Tags,
    CreateAMIBackup: parameter.CreateAMIBackup,
    KmsKeyArn: validateRequiredInputs.out.KmsKeyArn,
  },
  outputs: {
    Run: { selector: "$.Payload.Run", type: "StringMap" },
    Key: { selector: "$.Payload.Run.Key", type: "String" },
    Backup: { selector: "$.Payload.Backup", type: "StringMap" },
    Uri: { selector: "$.Payload.Uri", type: "String" },
    Now: { selector: "$.Payload.Now", type: "StringList" },
    Calls: { selector: "$.Payload.Calls", type: "MapList" },
    Commands: { selector: "$.Payload.Commands", type: "StringList" },
    Problems: { selector: "$.Payload.Problems", type: "StringList" },
    Release: { selector: "$.Payload.Release", type: "String" },
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
