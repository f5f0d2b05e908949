import { defineStep, system } from "../../build/types.ts";
import { parameter } from "../parameters.ts";

export const validateRequiredInputs = defineStep({
  name: "validateRequiredInputs",
  action: "aws:executeScript",
  description: "Validates input parameters required to continue execution of runbook.",
  payload: {
    Action: parameter.Action,
    CreateAMIBackup: parameter.CreateAMIBackup,
    KmsKey: parameter.KmsKey,
    IngressInput: parameter.IngressInput,
    EgressInput: parameter.EgressInput,
    TagIdentifier: parameter.TagIdentifier,
    S3PrefixName: parameter.S3PrefixName,
    Role: parameter.AutomationAssumeRole,
    Region: system.region,
    Execution: system.executionId,
    BackupS3BucketAccess: parameter.BackupS3BucketAccess,
  },
  outputs: {
    Action: { selector: "$.Payload.Action", type: "String" },
    KmsKeyArn: { selector: "$.Payload.KmsKeyArn", type: "String" },
    Inputs: { selector: "$.Payload.Inputs", type: "StringMap" },
  },
  permissions: {
    "kms:DescribeKey": "see, before anything is changed, that the key can encrypt the copy",
  },
});
