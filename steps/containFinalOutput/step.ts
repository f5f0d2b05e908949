import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const containFinalOutput = reportStep(
  "containFinalOutput",
  "Consolidates containment activity in readable format.",
  verdict.out.Output,
);
