import { conclude } from "../conclude/step.ts";
import { reportStep } from "../reports.ts";

export const reportRestoreFailure = reportStep(
  "reportRestoreFailure",
  "What failed, how things are now, and the commands that finish by hand.",
  conclude.out.Output,
);
