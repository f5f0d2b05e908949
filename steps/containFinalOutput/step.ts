import { defineStep } from "../../build/types.ts";
import { createContainmentSecurityGroup } from "../createContainmentSecurityGroup/step.ts";
import { reportOutputs } from "../events.ts";
import {
  noteFailure,
  readGroups,
  readImages,
  readInstance,
  readNotes,
  readScaling,
} from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const containFinalOutput = defineStep({
  name: "containFinalOutput",
  action: "aws:executeScript",
  description:
    "Consolidates containment activity in readable format, from what is read again at the end.",
  payload: {
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Calls: planChanges.out.Calls,
    Release: planChanges.out.Release,
    Rules: validateRequiredInputs.out.Rules,
    OpenSeconds: createContainmentSecurityGroup.out.OpenSeconds,
  },
  outputs: reportOutputs,
  permissions: {
    ...noteFailure,
    ...readInstance,
    ...readGroups,
    ...readImages,
    ...readScaling,
    "ec2:DescribeTags": "see what is tagged",
    "ec2:CreateTags": "tag the instance, its interfaces, the images and their snapshots",
  },
});
