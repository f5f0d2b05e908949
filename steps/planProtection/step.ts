import { defineStep, system } from "../../build/types.ts";
import { checkBackupBucket } from "../checkBackupBucket/step.ts";
import { reportOutputs } from "../outputs.ts";
import { readProtections } from "../permissions.ts";
import { protectionParameter } from "../protectionParameters.ts";

export const planProtection = defineStep({
  name: "planProtection",
  action: "aws:executeScript",
  description: "Looks at the instance, its volumes, Elastic IPs and role; plans.",
  payload: {
    Run: {
      AccountId: system.accountId,
      Region: system.region,
      Execution: system.executionId,
      Action: protectionParameter.Action,
      InstanceId: protectionParameter.InstanceId,
      Bucket: protectionParameter.S3BucketName,
      Role: protectionParameter.AutomationAssumeRole,
      Wanted: {
        TerminationProtection: protectionParameter.TerminationProtection,
        KeepVolumes: protectionParameter.KeepVolumes,
        StopOnShutdown: protectionParameter.StopOnShutdown,
        RevokeSessions: protectionParameter.RevokeSessions,
        DisassociateElasticIps: protectionParameter.DisassociateElasticIps,
      },
    },
    Prefix: protectionParameter.S3PrefixName,
    Warnings: checkBackupBucket.out.Warnings,
    DryRun: protectionParameter.DryRun,
  },
  outputs: {
    Run: { selector: "$.Payload.Run", type: "StringMap" },
    Key: { selector: "$.Payload.Key", type: "String" },
    ...reportOutputs,
  },
  permissions: {
    ...readProtections,
    "iam:GetInstanceProfile": "find the instance's role",
    "s3:GetObject": "read an earlier backup and check it",
    "s3:ListBucket": "tell a missing backup from a denied one",
    "ssm:GetAutomationExecution": "see whether an execution of this document wrote it",
  },
});
