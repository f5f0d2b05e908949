import { Aws, Duration, RemovalPolicy, type Stack, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as s3 from "aws-cdk-lib/aws-s3";
import { backupBucketName, type Config } from "../../common/config.ts";

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
 * @param roles names of the roles that write and read backups
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function backupBucket(stack: Stack, config: Config, roles: readonly string[]): s3.Bucket {
  const key = new kms.Key(stack, "BackupKey", {
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
        ArnEquals: {
          "aws:PrincipalArn": roles.map(
            (role) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${role}`,
          ),
        },
      },
    }),
  );
  const bucket = new s3.Bucket(stack, "BackupBucket", {
    bucketName: backupBucketName(config, Aws.ACCOUNT_ID, Aws.REGION),
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    versioned: true,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
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
  Validations.of(bucket).acknowledge({
    id: "AwsSolutions-S1",
    reason:
      "Who reads a backup is recorded by CloudTrail data events, which an organization's trail has; a log bucket of its own would be a second bucket to protect.",
  });
  return bucket;
}
