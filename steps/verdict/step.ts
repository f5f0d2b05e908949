import { defineStep } from "../../build/types.ts";
import { backupBucketPreChecks } from "../backupBucketPreChecks/step.ts";
import { notes, run } from "../events.ts";
import { reportOutputs } from "../outputs.ts";
import { parameter } from "../parameters.ts";
import {
  changeGroups,
  deleteGroups,
  readGroups,
  readImages,
  readInstance,
  readScaling,
} from "../permissions.ts";

/** Every live run comes here, whether it went well, failed or was cancelled: the report says what is. */
export const verdict = defineStep({
  name: "verdict",
  action: "aws:executeScript",
  description: "Closes what is open, reads all again, tags, reports.",
  maxAttempts: 2,
  payload: {
    Run: run,
    Notes: notes,
    Warnings: backupBucketPreChecks.out.Warnings,
    CreateAMIBackup: parameter.CreateAMIBackup,
  },
  outputs: { ...reportOutputs, Outcome: { selector: "$.Payload.Outcome", type: "String" } },
  permissions: {
    ...readInstance,
    ...readGroups,
    ...readImages,
    ...readScaling,
    ...changeGroups,
    ...deleteGroups,
    "ec2:CreateTags": "tag the instance, its interfaces, the images and their snapshots",
  },
});
