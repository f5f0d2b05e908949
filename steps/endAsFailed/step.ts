import { defineStep } from "../../build/types.ts";
import { verdict } from "../verdict/step.ts";

/** A run whose steps all went well, and which is yet not what it should be, must not end in Success. */
export const endAsFailed = defineStep({
  name: "endAsFailed",
  action: "aws:executeScript",
  description: "Ends as Failed.",
  payload: { Output: verdict.out.Output },
  outputs: {},
  permissions: {},
});
