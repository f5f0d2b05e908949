import { defineStep } from "../../build/types.ts";
import { writeBackup } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const backupInstanceSecurityGroups = defineStep({
  name: "backupInstanceSecurityGroups",
  action: "aws:executeScript",
  description:
    "Collects EC2 instance security group details and uploads to the Amazon S3 bucket; makes the bucket if it is missing.",
  payload: {
    Plan: planChanges.out.Plan,
  },
  outputs: {},
  permissions: {
    ...writeBackup,
    "s3:CreateBucket": "make the bucket if it is missing",
    "s3:PutBucketVersioning": "keep every version of what lies in a bucket that the runbook makes",
    "s3:PutBucketPolicy": "refuse unencrypted connections to a bucket that the runbook makes",
  },
});
