import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { parameter } from "../parameters.ts";
import { readGroups, readImages, readInstance, readNotes, readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

/** Every live run comes here, whether it went well, failed or was cancelled: the report says what is. */
export const readSituation = defineStep({
  name: "readSituation",
  action: "aws:executeScript",
  description:
    "Closes what is still open, reads everything again, tags what was made or changed, and writes the report. Success is what is proved here.",
  payload: {
    Action: validateRequiredInputs.out.Action,
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Calls: planChanges.out.Calls,
    Commands: planChanges.out.Commands,
    Problems: planChanges.out.Problems,
    Release: planChanges.out.Release,
    Rules: validateRequiredInputs.out.Rules,
    ImagesAsked: parameter.CreateAMIBackup,
  },
  outputs: { ...reportOutputs, Outcome: { selector: "$.Payload.Outcome", type: "String" } },
  permissions: {
    ...readInstance,
    ...readGroups,
    ...readNotes,
    ...readImages,
    ...readScaling,
    "ec2:DescribeTags": "see what is tagged",
    "ec2:CreateTags": "tag the instance, its interfaces, the images and their snapshots",
    "ec2:ModifyNetworkInterfaceAttribute": "close what a failed step left open",
  },
});
