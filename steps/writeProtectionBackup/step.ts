import { defineStep } from "../../build/types.ts";
import { planProtection } from "../planProtection/step.ts";

export const writeProtectionBackup = defineStep({
  name: "writeProtectionBackup",
  action: "aws:executeScript",
  handlerOf: "backupInstanceSecurityGroups",
  description: "Writes how everything stands to the bucket, before the first change.",
  payload: { Run: planProtection.out.Run, Missing: false },
  outputs: {},
  permissions: {
    "s3:GetObject": "read the backup back and check it",
    "s3:PutObject": "write the backup under a key that must be free",
  },
});
