/**
 * Where a role may write and read backups.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import type { Condition, Grant } from "./grants.ts";

export interface BucketScope {
  readonly partition: string;
  readonly accountId: string;
  /** Names of the buckets for backups, `*` allowed in them; none: every bucket of the account. */
  readonly buckets: readonly string[];
}

/** The actions on buckets and backups that a role may have, and where. */
export function bucketGrants({ partition, accountId, buckets }: BucketScope): readonly Grant[] {
  const bucketArns = (buckets.length > 0 ? buckets : ["*"]).map(
    (name) => `arn:${partition}:s3:::${name}`,
  );
  const own: Condition = { StringEquals: { "aws:ResourceAccount": accountId } };
  return [
    {
      sid: "FindBucket",
      reason:
        "A bucket that is not there, or is another account's, has no account here to compare with.",
      actions: ["s3:GetBucketLocation", "s3:CreateBucket"],
      on: bucketArns,
      anyRegion: true,
    },
    {
      sid: "SeeAccountPrivacy",
      reason: "The account's own block of public access is no resource.",
      actions: ["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"],
      on: ["*"],
      anyRegion: true,
    },
    {
      sid: "CheckAndSetUpOwnBuckets",
      reason: "Buckets of this account only.",
      actions: [
        "s3:GetBucketAcl",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketPublicAccessBlock",
        "s3:ListBucket",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
      ],
      on: bucketArns,
      where: own,
      anyRegion: true,
    },
    {
      sid: "KeepBackups",
      reason: "Backups and what lies beside them end in .json; buckets of this account only.",
      actions: ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObjectTagging"],
      on: bucketArns.map((arn) => `${arn}/*.json`),
      where: own,
      anyRegion: true,
    },
  ];
}
