import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportRestoreFailure = reportStep(
  "reportRestoreFailure",
  "What failed, how things are now, and the commands that finish by hand.",
  verdict.out.Output,
);
