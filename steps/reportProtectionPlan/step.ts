import { planProtection } from "../planProtection/step.ts";
import { reportStep } from "../reports.ts";

export const reportProtectionPlan = reportStep(
  "reportProtectionPlan",
  "Every change that Protect or Release would make.",
  planProtection.out.Output,
);
