import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { reportStep } from "../reports.ts";

export const reportRestore = reportStep(
  "reportRestore",
  "Every change that Release would make.",
  getAutoScalingInstanceInfo.out.Output,
);
