import { Aws, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { backupBucketName, type Config, protectRoleName } from "../../common/config.ts";
import { keepFromOthers } from "./evidence.ts";
import { roleArn } from "./roles.ts";

/**
 * The bucket for the backups that Release needs: encrypted with its own key, versioned, private, TLS only, and
 * kept when the stack is deleted. Old versions go after a time; with Object Lock nobody shortens that time by
 * accident (governance mode: s3:BypassGovernanceRetention is the way out).
 *
 * The role's own policy has none of the KMS actions that S3 needs for a caller, because they are not on the
 * runbook's list: the key's policy grants them to these roles alone, through S3 alone. The account as principal
 * would grant nothing by itself, it only lets policies of the account's roles grant; so the principal is everyone,
 * as in AWS's own keys, and the conditions narrow it to the roles. Their ARNs can't be principals: KMS refuses a
 * role that is not there yet.
 *
 * Nobody but these roles writes into it, and nobody but the break-glass role deletes from it (evidence.ts). The
 * bucket of each account is for the roles of that account: the runbook writes into no other account's bucket.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function backupBucket(scope: Construct, config: Config): s3.Bucket {
  const writers = [
    config.automationRoleName,
    config.executionRoleName,
    ...(config.protect ? [protectRoleName(config)] : []),
  ].map((name) => roleArn(config, name));
  const bucket = new s3.Bucket(scope, "BackupBucket", {
    ...privately,
    bucketName: backupBucketName(config, Aws.ACCOUNT_ID, Aws.REGION),
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: backupKey(scope, config, writers),
    bucketKeyEnabled: true,
    lifecycleRules: [
      {
        id: "OldVersions",
        noncurrentVersionExpiration: Duration.days(Math.max(1, config.oldVersionsDays)),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
    ...(config.objectLockDays > 0
      ? {
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(
            Duration.days(config.objectLockDays),
          ),
        }
      : {}),
  });
  keepFromOthers(bucket, writers, config.breakGlassRole);
  if (config.accessLogsDays > 0) logAccesses(scope, bucket, config);
  else
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Who reads a backup is recorded by CloudTrail data events, which an organization's trail has; accessLogsDays makes a log bucket besides.",
    });
  return bucket;
}

/** What each bucket with evidence is. */
const privately = {
  versioned: true,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies s3.BucketProps;

/** The key of the backups. @param users ARNs of the roles that write and read them */
function backupKey(scope: Construct, config: Config, users: readonly string[]): kms.Key {
  const key = new kms.Key(scope, "BackupKey", {
    description: `Encrypts the backups of ${config.documentName}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "RunbookThroughS3",
      principals: [new iam.AnyPrincipal()],
      actions: ["kms:GenerateDataKey", "kms:Decrypt"],
      resources: ["*"],
      conditions: {
        StringEquals: {
          "kms:CallerAccount": Aws.ACCOUNT_ID,
          "kms:ViaService": `s3.${Aws.REGION}.${Aws.URL_SUFFIX}`,
        },
        ArnEquals: { "aws:PrincipalArn": users },
      },
    }),
  );
  return key;
}

/**
 * Has S3 write each access to a bucket into another one beside it, in the same account and Region as S3 wants it.
 * CloudFormation names it, since the longest name of a backup bucket has no character left.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
function logAccesses(scope: Construct, bucket: s3.Bucket, config: Config): void {
  const name = backupBucketName(config, Aws.ACCOUNT_ID, Aws.REGION);
  const logs = new s3.Bucket(scope, "AccessLogs", {
    ...privately,
    // S3 writes logs into no bucket that encrypts with a KMS key by default.
    encryption: s3.BucketEncryption.S3_MANAGED,
    lifecycleRules: [
      {
        id: "OldLogs",
        expiration: Duration.days(config.accessLogsDays),
        noncurrentVersionExpiration: Duration.days(1),
      },
    ],
  });
  logs.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "WriteAccessLogs",
      principals: [new iam.ServicePrincipal("logging.s3.amazonaws.com")],
      actions: ["s3:PutObject"],
      resources: [logs.arnForObjects("*")],
      conditions: {
        ArnLike: { "aws:SourceArn": `arn:${Aws.PARTITION}:s3:::${name}` },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
  keepFromOthers(logs, [], config.breakGlassRole);
  Validations.of(logs).acknowledge({
    id: "AwsSolutions-S1",
    reason: "Logs of accesses to access logs would never end.",
  });
  (bucket.node.defaultChild as s3.CfnBucket).loggingConfiguration = {
    destinationBucketName: logs.bucketName,
    logFilePrefix: `${name}/`,
  };
}
