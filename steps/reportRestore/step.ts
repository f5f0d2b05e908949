import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { reportStep } from "../reports.ts";

export const reportRestore = reportStep(
  "reportRestore",
  "What Release would change.",
  getAutoScalingInstanceInfo.out.Output,
);
