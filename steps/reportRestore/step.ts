import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { planChanges } from "../planChanges/step.ts";

export const reportRestore = defineStep({
  name: "reportRestore",
  action: "aws:executeScript",
  description:
    "Dry run of Release: reports every change that would be made, with its parameters, and what could not be restored. Changes nothing.",
  payload: {
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Now: planChanges.out.Now,
    Calls: planChanges.out.Calls,
    Problems: planChanges.out.Problems,
  },
  outputs: reportOutputs,
  permissions: {},
});
