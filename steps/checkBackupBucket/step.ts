import { defineStep, system } from "../../build/types.ts";
import { protectionParameter } from "../protectionParameters.ts";

export const checkBackupBucket = defineStep({
  name: "checkBackupBucket",
  action: "aws:executeScript",
  handlerOf: "backupBucketPreChecks",
  description: "Checks that the bucket for the backup is there and private.",
  payload: {
    AccountId: system.accountId,
    // As for a Release, a bucket that is missing is refused: this document makes none.
    Action: "Release",
    Bucket: protectionParameter.S3BucketName,
  },
  outputs: { Warnings: { selector: "$.Payload.Warnings", type: "StringList" } },
  permissions: {
    "s3:GetBucketPublicAccessBlock": "see whether the bucket blocks public access",
    "s3:GetAccountPublicAccessBlock": "see whether the account blocks public access",
    "s3:ListBucket": "see whether there is the bucket where the other call is refused",
  },
});
