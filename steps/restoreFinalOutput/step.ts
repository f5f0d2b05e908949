import { readSituation } from "../readSituation/step.ts";
import { reportStep } from "../reports.ts";

export const restoreFinalOutput = reportStep(
  "restoreFinalOutput",
  "Consolidates the release in readable format.",
  readSituation.out,
);
