import { defineStep, system } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { readPrivacy } from "../permissions.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const backupBucketPreChecks = defineStep({
  name: "backupBucketPreChecks",
  action: "aws:executeScript",
  description:
    "Checks if the target Amazon S3 potentially grants public read or write access to its objects, and whose it is.",
  payload: {
    AccountId: system.accountId,
    Region: system.region,
    Action: validateRequiredInputs.out.Action,
    Bucket: parameter.S3BucketName,
  },
  outputs: {
    Missing: { selector: "$.Payload.Missing", type: "Boolean" },
    Region: { selector: "$.Payload.Region", type: "String" },
  },
  permissions: {
    ...readPrivacy,
    "s3:GetBucketLocation":
      "see whether the bucket exists, whose it is, and in which Region it lies",
  },
});
