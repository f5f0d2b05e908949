import { defineStep } from "../../build/types.ts";
import { reportOutput } from "../events.ts";
import { planChanges } from "../planChanges/step.ts";

/** The last resort: it needs nothing but what was known before the first change. */
export const reportSituationUnknown = defineStep({
  name: "reportSituationUnknown",
  action: "aws:executeScript",
  handlerOf: "shared/echo",
  description: "The last resort, where even the report failed or was cancelled.",
  payload: {
    Output:
      "UNKNOWN: how things are could not be read. Start again with the same parameters: the run goes on from here.",
    Plan: planChanges.out.Plan,
  },
  outputs: reportOutput,
  permissions: {},
});
