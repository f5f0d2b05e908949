import { reportStep } from "../reports.ts";
import { verdict } from "../verdict/step.ts";

export const reportContainmentFailure = reportStep(
  "reportContainmentFailure",
  "What failed, how things are, and how to finish or undo by hand.",
  verdict.out.Output,
);
