import { conclude } from "../conclude/step.ts";
import { reportStep } from "../reports.ts";

export const restoreFinalOutput = reportStep(
  "restoreFinalOutput",
  "Consolidates the release in readable format.",
  conclude.out.Output,
);
