import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportContainmentFailure = reportStep(
  "reportContainmentFailure",
  "What failed, how things are now, and the commands that finish or undo by hand.",
  verdict.out.Output,
);
