import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportContainmentFailure = reportStep(
  "reportContainmentFailure",
  "What failed, how things are, what to do.",
  verdict.out.Output,
);
