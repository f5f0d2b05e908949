import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { reportStep } from "../reports.ts";

export const reportContain = reportStep(
  "reportContain",
  "What Contain would change.",
  getAutoScalingInstanceInfo.out.Output,
);
