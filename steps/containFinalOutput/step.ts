import { conclude } from "../conclude/step.ts";
import { reportStep } from "../reports.ts";

export const containFinalOutput = reportStep(
  "containFinalOutput",
  "Consolidates containment activity in readable format.",
  conclude.out.Output,
);
