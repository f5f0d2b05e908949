import { conclude } from "../conclude/step.ts";
import { reportStep } from "../reports.ts";

export const reportContainmentFailure = reportStep(
  "reportContainmentFailure",
  "What failed, how things are now, and the commands that finish or undo by hand.",
  conclude.out.Output,
);
