import { defineStep } from "../../build/types.ts";
import { proveProtection } from "../proveProtection/step.ts";

export const branchOnProtectionOutcome = defineStep({
  name: "branchOnProtectionOutcome",
  action: "aws:branch",
  description: "Picks the report.",
  choices: [
    {
      all: [{ variable: proveProtection.out.Outcome, is: { StringEquals: "Done" } }],
      next: "protectionFinalOutput",
    },
  ],
  defaultNext: "reportProtectionFailure",
  outputs: {},
  permissions: {},
});
