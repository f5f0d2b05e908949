import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { readGroups, readInstance, readNotes, readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const reportRestoreFailure = defineStep({
  name: "reportRestoreFailure",
  action: "aws:executeScript",
  description:
    "After a failure or a cancellation of Release: reports what failed, how things are now, and the commands that finish by hand. Changes nothing.",
  timeoutSeconds: 110,
  payload: {
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Commands: planChanges.out.Commands,
    Problems: planChanges.out.Problems,
    Release: planChanges.out.Release,
  },
  outputs: reportOutputs,
  permissions: { ...readInstance, ...readGroups, ...readNotes, ...readScaling },
});
