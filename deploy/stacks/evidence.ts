import { Aws } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as s3 from "aws-cdk-lib/aws-s3";
import { inAccount } from "./roles.ts";

/** What changes an object: its content, its tags, what it is protected by. */
const WRITES = ["s3:PutObject*", "s3:AbortMultipartUpload", "s3:Replicate*", "s3:RestoreObject"];

/** What takes evidence away, or what protects it. The runbook needs none of it: it takes tags off, never objects. */
const DELETIONS = [
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:BypassGovernanceRetention",
  "s3:PutObjectAcl",
  "s3:PutObjectLegalHold",
  "s3:PutObjectRetention",
  "s3:PutObjectVersionAcl",
];

/** What of a bucket's configuration would let objects go, or their copies out. */
const CONFIGURATION = [
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:PutAnalyticsConfiguration",
  "s3:PutBucketAcl",
  "s3:PutBucketLogging",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
  "s3:PutInventoryConfiguration",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
];

/** The roles by which CloudFormation makes stacks: of CDK's bootstrap, and of service-managed StackSets. */
const DEPLOYERS = ["cdk-*-cfn-exec-role-*", "stacksets-exec-*"].map(
  (name) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${name}`,
);

/**
 * Denies what harms evidence to everyone but those who need it, administrators of the account among them: an
 * account that was broken into may hold a compromised one.
 *
 * - Objects are written by the runbook's roles alone, and deleted, before their time too, by the break-glass role
 *   alone. Rules of the lifecycle are not under a bucket's policy: old versions go as they should.
 * - The bucket's configuration is changed by CloudFormation alone, so that the stack can be updated, and by the
 *   break-glass role. There is always a way back: through the stack, and for the account's root user, which S3 lets
 *   delete a bucket's policy whatever that says.
 *
 * What it can't keep out is whoever may deploy with CloudFormation in the account: that is a matter of a service
 * control policy.
 *
 * @param writers ARNs of the roles that write
 * @param breakGlass the role that may do all of it: its ARN or name; empty: none
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/fas-requests-and-permission-evaluation.html
 */
export function keepFromOthers(
  bucket: s3.Bucket,
  writers: readonly string[],
  breakGlass: string,
): void {
  const trusted = breakGlass === "" ? [] : [inAccount("role", breakGlass)];
  deny(bucket, "WrittenByTheRunbookAlone", {
    actions: [...WRITES, "s3:DeleteObject*"],
    resources: [bucket.arnForObjects("*")],
    but: [...writers, ...trusted],
  });
  deny(bucket, "DeletedByNobody", {
    actions: DELETIONS,
    resources: [bucket.arnForObjects("*")],
    but: trusted,
  });
  deny(bucket, "ConfiguredByItsStackAlone", {
    actions: CONFIGURATION,
    resources: [bucket.bucketArn],
    but: [...DEPLOYERS, ...trusted],
    // AWS's pages disagree on whether the key is there when CloudFormation acts by a role of its own.
    alsoBut: {
      "ForAllValues:StringNotEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" },
    },
  });
}

interface Denied {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** ARNs of the roles that are not denied, `*` allowed; none: everyone is. */
  readonly but: readonly string[];
  /** Conditions that must hold besides. */
  readonly alsoBut?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function deny(bucket: s3.Bucket, sid: string, { actions, resources, but, alsoBut }: Denied): void {
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: [...actions],
      resources: [...resources],
      conditions: {
        // A service that acts for itself, as S3 when it writes access logs, has no ARN and is held by its own statement.
        BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
        ...(but.length > 0 ? { ArnNotLike: { "aws:PrincipalArn": [...but] } } : {}),
        ...alsoBut,
      },
    }),
  );
}
