import { defineStep } from "../../build/types.ts";
import { notes } from "../events.ts";
import { reportOutputs } from "../outputs.ts";
import { readProtections } from "../permissions.ts";
import { planProtection } from "../planProtection/step.ts";

/** Every live run comes here, whether it went well, failed or was cancelled: the report says what is. */
export const proveProtection = defineStep({
  name: "proveProtection",
  action: "aws:executeScript",
  description: "Reads everything again, and writes the report.",
  maxAttempts: 2,
  payload: { Run: planProtection.out.Run, Notes: notes },
  outputs: { ...reportOutputs, Outcome: { selector: "$.Payload.Outcome", type: "String" } },
  permissions: readProtections,
});
