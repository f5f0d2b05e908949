import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const restoreFinalOutput = reportStep(
  "restoreFinalOutput",
  "Consolidates the release in readable format.",
  verdict.out.Output,
);
