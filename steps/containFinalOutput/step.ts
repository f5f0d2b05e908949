import { readSituation } from "../readSituation/step.ts";
import { reportStep } from "../reports.ts";

export const containFinalOutput = reportStep(
  "containFinalOutput",
  "Consolidates containment activity in readable format.",
  readSituation.out,
);
