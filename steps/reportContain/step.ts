import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { reportStep } from "../reports.ts";

export const reportContain = reportStep(
  "reportContain",
  "Every change that Contain would make.",
  getAutoScalingInstanceInfo.out.Output,
);
