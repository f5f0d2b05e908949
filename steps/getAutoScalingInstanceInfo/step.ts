import { defineStep, system } from "../../build/types.ts";
import { reportOutputs } from "../outputs.ts";
import { parameter } from "../parameters.ts";
import { changeGroups, readGroups, readImages, readInstance, readScaling } from "../permissions.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const getAutoScalingInstanceInfo = defineStep({
  name: "getAutoScalingInstanceInfo",
  action: "aws:executeScript",
  description:
    "Gets information about the AutoScaling instance in the account, and all else; plans.",
  payload: {
    Run: {
      AccountId: system.accountId,
      Region: system.region,
      Partition: system.partition,
      Execution: system.executionId,
      Action: validateRequiredInputs.out.Action,
      InstanceId: parameter.InstanceId,
      Bucket: parameter.S3BucketName,
      Role: parameter.AutomationAssumeRole,
    },
    Inputs: validateRequiredInputs.out.Inputs,
    KmsKeyArn: validateRequiredInputs.out.KmsKeyArn,
    Readers: parameter.BackupS3BucketAccess,
    DryRun: parameter.DryRun,
  },
  outputs: {
    Run: { selector: "$.Payload.Run", type: "StringMap" },
    AutoScalingGroupName: { selector: "$.Payload.AutoScalingGroupName", type: "String" },
    Key: { selector: "$.Payload.Key", type: "String" },
    Next: { selector: "$.Payload.Next", type: "String" },
    OpenVpc: { selector: "$.Payload.OpenVpc", type: "String" },
    OpenTags: { selector: "$.Payload.OpenTags", type: "MapList" },
    Images: { selector: "$.Payload.Images", type: "Boolean" },
    ...reportOutputs,
  },
  permissions: {
    ...readInstance,
    ...readGroups,
    ...readImages,
    ...readScaling,
    "autoscaling:DescribeAutoScalingInstances": "find the group that the instance belongs to",
    "ec2:DescribeTags":
      "see what is tagged, and keep the values that TagIdentifier's key has already",
    ...changeGroups,
    "s3:GetBucketLocation": "see whether the bucket exists",
    "s3:GetObject": "read an earlier backup and check it",
    "s3:ListBucket": "tell a missing backup from a denied one",
  },
});
