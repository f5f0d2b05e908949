import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportContainmentFailure = reportStep(
  "reportContainmentFailure",
  "What failed, and what to do.",
  verdict.out.Output,
);
