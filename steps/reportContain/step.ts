import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { planChanges } from "../planChanges/step.ts";

export const reportContain = defineStep({
  name: "reportContain",
  action: "aws:executeScript",
  description:
    "Dry run of Contain: reports every change that would be made, with its parameters. Changes nothing.",
  payload: {
    Run: planChanges.out.Run,
    Now: planChanges.out.Now,
    Calls: planChanges.out.Calls,
    Uri: planChanges.out.Uri,
  },
  outputs: reportOutputs,
  permissions: {},
});
