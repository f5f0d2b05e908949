import { readFinding } from "../readFinding/step.ts";
import { reportStep } from "../reports.ts";

export const reportAskedAlready = reportStep(
  "reportAskedAlready",
  "Says which execution waits for an answer.",
  readFinding.out.Output,
);
