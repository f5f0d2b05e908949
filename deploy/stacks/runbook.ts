import { CfnOutput, type Stack } from "aws-cdk-lib";
import type { Config } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { ContainRunbook } from "../construct/containRunbook.ts";

/**
 * RunbookStack: the document in one Region and, in the first of the Regions, the role that it acts as.
 *
 * @param regions all Regions of the deployment, the first one first
 */
export function runbookStack(
  stack: Stack,
  config: Config,
  publication: Publication,
  regions: readonly string[],
): void {
  // A construct named Default leaves no trace in the ids of its resources. What findings start has a stack of its own.
  const runbook = new ContainRunbook(stack, "Default", {
    ...Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith("respond"))),
    regions,
    documents: () => publication,
  });
  new CfnOutput(stack, "DocumentName", { value: runbook.documentName });
  new CfnOutput(stack, "DocumentVersionName", { value: publication.versionName });
  if (runbook.role !== undefined)
    new CfnOutput(stack, "AutomationRoleArn", {
      description: "The value for the parameter AutomationAssumeRole",
      value: runbook.role.roleArn,
    });
  if (runbook.backupBucket !== undefined)
    new CfnOutput(stack, "BackupBucketName", {
      description: "The value for the parameter S3BucketName",
      value: runbook.backupBucket.bucketName,
    });
}
