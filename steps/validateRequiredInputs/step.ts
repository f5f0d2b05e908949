import { defineStep, system } from "../../build/types.ts";
import { parameter } from "../parameters.ts";

export const validateRequiredInputs = defineStep({
  name: "validateRequiredInputs",
  action: "aws:executeScript",
  description:
    "Validates input parameters required to continue execution of runbook. Changes nothing.",
  payload: {
    InstanceId: parameter.InstanceId,
    Action: parameter.Action,
    CreateAMIBackup: parameter.CreateAMIBackup,
    KmsKey: parameter.KmsKey,
    IngressInput: parameter.IngressInput,
    EgressInput: parameter.EgressInput,
    TagIdentifier: parameter.TagIdentifier,
    S3BucketName: parameter.S3BucketName,
    S3PrefixName: parameter.S3PrefixName,
    Region: system.region,
    ExecutionId: system.executionId,
  },
  outputs: {
    Action: { selector: "$.Payload.Action", type: "String" },
    Rules: { selector: "$.Payload.Rules", type: "StringMap" },
    Tags: { selector: "$.Payload.Tags", type: "MapList" },
    BackupKey: { selector: "$.Payload.BackupKey", type: "String" },
    KmsKeyArn: { selector: "$.Payload.KmsKeyArn", type: "String" },
  },
  permissions: {
    "kms:DescribeKey": "see, before anything is changed, that the key can encrypt the copy",
  },
});
