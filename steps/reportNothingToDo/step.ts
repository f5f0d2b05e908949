import { reportStep } from "../reports.ts";
import { writeRequest } from "../writeRequest/step.ts";

export const reportNothingToDo = reportStep(
  "reportNothingToDo",
  "Says that the instance is contained already.",
  writeRequest.out.Output,
);
