import { defineStep, system } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const backupBucketPreChecks = defineStep({
  name: "backupBucketPreChecks",
  action: "aws:executeScript",
  description:
    "Checks if the target Amazon S3 potentially grants public read or write access to its objects.",
  payload: {
    AccountId: system.accountId,
    Action: validateRequiredInputs.out.Action,
    Bucket: parameter.S3BucketName,
  },
  outputs: {
    Missing: { selector: "$.Payload.Missing", type: "Boolean" },
    Warnings: { selector: "$.Payload.Warnings", type: "StringList" },
  },
  permissions: {
    "s3:GetBucketPublicAccessBlock": "see whether the bucket blocks public access",
    "s3:GetAccountPublicAccessBlock": "see whether the account blocks public access",
    "s3:ListBucket": "see whether there is the bucket where the other call is refused",
  },
});
