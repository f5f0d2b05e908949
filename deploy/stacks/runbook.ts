import { CfnOutput, type Stack } from "aws-cdk-lib";
import { CfnDocument } from "aws-cdk-lib/aws-ssm";
import { type Config, protectRoleName } from "../../common/config.ts";
import type { Publication, VersionedDocument } from "../../common/document.ts";
import { backupBucket } from "./bucket.ts";
import { automationRole } from "./roles.ts";

/**
 * The document as a resource. Its YAML goes in as text: the typed property takes an object only, which CloudFormation
 * turns into JSON and thereby changes (booleans of `aws:branch`, comments, key order).
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
 */
export function document(
  stack: Stack,
  name: string,
  publication: Pick<VersionedDocument, "yaml" | "versionName">,
): CfnDocument {
  const resource = new CfnDocument(stack, "Document", {
    name,
    content: {},
    documentFormat: "YAML",
    documentType: "Automation",
    targetType: "/AWS::EC2::Instance",
    updateMethod: "NewVersion",
    versionName: publication.versionName,
  });
  resource.addPropertyOverride("Content", publication.yaml);
  return resource;
}

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
  const published = document(stack, config.documentName, publication);
  new CfnOutput(stack, "DocumentName", { value: published.ref });
  new CfnOutput(stack, "DocumentVersionName", { value: publication.versionName });
  if (stack.region === regions[0])
    new CfnOutput(stack, "AutomationRoleArn", {
      description: "The value for the parameter AutomationAssumeRole",
      value: automationRole(stack, config, publication, regions).roleArn,
    });
  if (config.backupBucket)
    new CfnOutput(stack, "BackupBucketName", {
      description: "The value for the parameter S3BucketName",
      value: backupBucket(stack, config, [
        config.automationRoleName,
        config.executionRoleName,
        ...(config.protect ? [protectRoleName(config)] : []),
      ]).bucketName,
    });
}
