import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { readGroups, readImages, readInstance, readNotes, readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

/** Every live run comes here, whether it went well, failed or was cancelled: the report says what is. */
export const conclude = defineStep({
  name: "conclude",
  action: "aws:executeScript",
  description:
    "Closes what is still open, tags, reads everything again and writes the report. Success is what is proved here.",
  payload: {
    Action: validateRequiredInputs.out.Action,
    Plan: planChanges.out.Plan,
    Inputs: validateRequiredInputs.out.Inputs,
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
