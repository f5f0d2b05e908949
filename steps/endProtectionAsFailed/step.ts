import { defineStep } from "../../build/types.ts";
import { proveProtection } from "../proveProtection/step.ts";

/** A run whose steps all went well, and which is yet not what it should be, must not end in Success. */
export const endProtectionAsFailed = defineStep({
  name: "endProtectionAsFailed",
  action: "aws:executeScript",
  handlerOf: "endAsFailed",
  description: "Ends as Failed.",
  payload: { Output: proveProtection.out.Output },
  outputs: {},
  permissions: {},
});
