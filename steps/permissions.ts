import type { Permissions } from "../build/types.ts";

/** Permissions that several steps need for the same purpose, worded once. */
export const readInstance = {
  "ec2:DescribeInstances": "read the instance's interfaces and their groups",
} as const satisfies Permissions;

export const readGroups = {
  "ec2:DescribeSecurityGroups": "find the containment's groups and prove their rules",
} as const satisfies Permissions;

export const readBackup = {
  "s3:GetObject": "read the backup back and check it",
  "s3:ListBucket": "find the backup's supplements, and tell a missing object from a denied one",
} as const satisfies Permissions;

/** For reports, which read what the steps noted. */
export const readNotes = {
  "s3:GetObject": "read why a step failed",
  "s3:ListBucket": "find what the steps noted",
} as const satisfies Permissions;

export const writeBackup = {
  "s3:GetObject": "read the backup back and check it",
  "s3:PutObject": "write the backup under a key that must be free",
  "s3:PutObjectTagging": "tag the backup with TagIdentifier",
} as const satisfies Permissions;

/** For scripts that note a failure beside the backup, so that the report can name it. */
export const noteFailure = {
  "s3:PutObject": "note why a step failed, beside the backup",
} as const satisfies Permissions;

export const readScaling = {
  "autoscaling:DescribeAutoScalingInstances": "read the instance's lifecycle state",
  "autoscaling:DescribeAutoScalingGroups": "read the group's sizes and tags",
} as const satisfies Permissions;

export const readImages = {
  "ec2:DescribeImages": "find the images that the containment made",
} as const satisfies Permissions;

export const readPrivacy = {
  "s3:GetBucketPublicAccessBlock": "see whether the bucket blocks public access",
  "s3:GetAccountPublicAccessBlock": "see whether the account blocks public access",
  "s3:GetBucketPolicyStatus": "see whether the bucket's policy makes it public",
  "s3:GetBucketOwnershipControls": "see whether ACLs count for the bucket",
  "s3:GetBucketAcl": "see whether an ACL makes the bucket public",
} as const satisfies Permissions;
