import type { Service } from "./botocore.ts";

/**
 * The IAM actions that calling an operation needs. Mostly they have the operation's name; S3 and a few
 * others differ.
 *
 * @param parameters the names of the parameters that are given, as far as they are known
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function iamActions(
  service: Service,
  operation: string,
  parameters: readonly string[] = [],
): readonly string[] {
  const name = `${service.name}:${operation}`;
  const own = exceptions[name] ?? [`${prefixOf(service)}:${operation}`];
  const tags = parameters.flatMap((parameter) => tagging[`${name}:${parameter}`] ?? []);
  if (service.name === "ec2" && parameters.includes("TagSpecifications"))
    tags.push("ec2:CreateTags");
  return [...own, ...tags];
}

/** Tags given along with what they are put on need an action of their own. */
const tagging: Readonly<Record<string, string>> = {
  "s3:PutObject:Tagging": "s3:PutObjectTagging",
  "s3:CopyObject:Tagging": "s3:PutObjectTagging",
};

/** What IAM calls a service. */
export function prefixOf(service: Service): string {
  const own = String(
    service.metadata.signingName ?? service.metadata.endpointPrefix ?? service.name,
  );
  return prefixes[service.name] ?? own;
}

const prefixes: Readonly<Record<string, string>> = {
  cloudwatch: "cloudwatch",
  ses: "ses",
  sesv2: "ses",
  s3control: "s3",
  opensearch: "es",
};

const exceptions: Readonly<Record<string, readonly string[]>> = {
  "s3:ListBuckets": ["s3:ListAllMyBuckets"],
  "s3:HeadBucket": ["s3:ListBucket"],
  "s3:ListObjects": ["s3:ListBucket"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:ListObjectVersions": ["s3:ListBucketVersions"],
  "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
  "s3:ListParts": ["s3:ListMultipartUploadParts"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:CopyObject": ["s3:GetObject", "s3:PutObject"],
  "s3:DeleteObjects": ["s3:DeleteObject"],
  "s3:CreateMultipartUpload": ["s3:PutObject"],
  "s3:UploadPart": ["s3:PutObject"],
  "s3:CompleteMultipartUpload": ["s3:PutObject"],
  "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
  "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "s3:DeletePublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
  "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
  "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
  "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
  "s3:GetBucketReplication": ["s3:GetReplicationConfiguration"],
  "s3:PutBucketReplication": ["s3:PutReplicationConfiguration"],
  "s3:GetBucketNotificationConfiguration": ["s3:GetBucketNotification"],
  "s3:PutBucketNotificationConfiguration": ["s3:PutBucketNotification"],
  "s3control:GetPublicAccessBlock": ["s3:GetAccountPublicAccessBlock"],
  "s3control:PutPublicAccessBlock": ["s3:PutAccountPublicAccessBlock"],
  "lambda:Invoke": ["lambda:InvokeFunction"],
};

/** What the actions that are no call of the document's own call themselves. */
export const actionCalls: Readonly<Record<string, readonly string[]>> = {
  "aws:createImage": ["ec2:CreateImage", "ec2:DescribeImages"],
  "aws:copyImage": ["ec2:CopyImage", "ec2:DescribeImages"],
  "aws:changeInstanceState": ["ec2:DescribeInstanceStatus"],
};

/**
 * Whether an action comes along with a call without an operation of its name: tags given at creation,
 * keys used on behalf of the caller, roles passed on, snapshots that an image is made of, listing,
 * without which S3 answers for a missing key that it is forbidden.
 */
export const comesAlong = (action: string): boolean =>
  /^(kms:(CreateGrant|GenerateDataKey.*|ReEncrypt.*|Decrypt|Encrypt|DescribeKey)|iam:PassRole|iam:CreateServiceLinkedRole|ec2:CreateSnapshots?|ec2:CreateTags|autoscaling:CreateOrUpdateTags|s3:PutObjectTagging|s3:GetObjectVersion|s3:GetBucketLocation|s3:ListBucket)$/.test(
    action,
  );
