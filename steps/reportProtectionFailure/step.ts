import { proveProtection } from "../proveProtection/step.ts";
import { reportStep } from "../reports.ts";

export const reportProtectionFailure = reportStep(
  "reportProtectionFailure",
  "What is not as it should, and how to finish.",
  proveProtection.out.Output,
);
