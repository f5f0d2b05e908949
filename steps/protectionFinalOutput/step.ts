import { proveProtection } from "../proveProtection/step.ts";
import { reportStep } from "../reports.ts";

export const protectionFinalOutput = reportStep(
  "protectionFinalOutput",
  "What is protected, or given back.",
  proveProtection.out.Output,
);
