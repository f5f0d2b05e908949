import { defineStep } from "../../build/types.ts";
import { backupBucketPreChecks } from "../backupBucketPreChecks/step.ts";
import { run } from "../events.ts";

export const backupInstanceSecurityGroups = defineStep({
  name: "backupInstanceSecurityGroups",
  action: "aws:executeScript",
  description: "Collects EC2 instance security group details and uploads to the Amazon S3 bucket.",
  payload: { Run: run, Missing: backupBucketPreChecks.out.Missing },
  outputs: { Warnings: { selector: "$.Payload.Warnings", type: "StringList" } },
  permissions: {
    "s3:GetObject": "read the backup back and check it",
    "s3:PutObject": "write the backup under a key that must be free",
    "s3:PutObjectTagging": "tag the backup with TagIdentifier",
    "s3:CreateBucket": "make the bucket if it is missing",
    "s3:PutBucketVersioning": "keep every version of what lies in a bucket that the runbook makes",
    "s3:PutBucketPolicy":
      "refuse unencrypted connections to a bucket that the runbook makes, and let BackupS3BucketAccess read it",
  },
});
