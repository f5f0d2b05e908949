import { defineStep } from "../../build/types.ts";
import { reportOutputs } from "../events.ts";
import { planChanges } from "../planChanges/step.ts";

/** The last resort: it needs nothing but what was known before the first change. */
export const reportSituationUnknown = defineStep({
  name: "reportSituationUnknown",
  action: "aws:executeScript",
  handlerOf: "shared/echo",
  description: "Where the run was cancelled or failed while it read how things are.",
  payload: {
    Output:
      "UNKNOWN: how things are could not be read. Start again with the same parameters: the run goes on where this one stopped.",
    Json: "{}",
    Uri: planChanges.out.Uri,
    Before: planChanges.out.Now,
    Release: planChanges.out.Release,
    ByHand: planChanges.out.Commands,
  },
  outputs: reportOutputs,
  permissions: {},
});
