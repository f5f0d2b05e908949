import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { readGroups, readImages, readInstance, readNotes, readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const reportContainmentFailure = defineStep({
  name: "reportContainmentFailure",
  action: "aws:executeScript",
  description:
    "After a failure or a cancellation: puts the containment group on every interface that is open to all, then reports what failed, how things are now, and the commands that finish or undo by hand.",
  timeoutSeconds: 110,
  payload: {
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Release: planChanges.out.Release,
    Commands: planChanges.out.Commands,
  },
  outputs: reportOutputs,
  permissions: {
    ...readInstance,
    ...readGroups,
    ...readNotes,
    ...readImages,
    ...readScaling,
    "ec2:ModifyNetworkInterfaceAttribute": "close what a failed step left open",
    "ec2:CreateTags": "tag the images that a failed step left untagged",
  },
});
