import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportRestoreFailure = reportStep(
  "reportRestoreFailure",
  "What failed, and what to do.",
  verdict.out.Output,
);
