import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";
import { restoreInstanceConfiguration } from "../restoreInstanceConfiguration/step.ts";

export const restoreFinalOutput = defineStep({
  name: "restoreFinalOutput",
  action: "aws:executeScript",
  description: "Consolidates the release in readable format.",
  payload: {
    Run: planChanges.out.Run,
    Uri: planChanges.out.Uri,
    Calls: planChanges.out.Calls,
    Changed: restoreInstanceConfiguration.out.Changed,
    Now: restoreInstanceConfiguration.out.Now,
    Images: restoreInstanceConfiguration.out.Images,
  },
  outputs: reportOutputs,
  permissions: readScaling,
});
