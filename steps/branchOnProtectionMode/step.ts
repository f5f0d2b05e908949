import { defineStep } from "../../build/types.ts";
import { protectionParameter } from "../protectionParameters.ts";

const live = { variable: protectionParameter.DryRun, is: { BooleanEquals: false } } as const;
const release = {
  variable: protectionParameter.Action,
  is: { StringEquals: "Release" },
} as const;

/** Only what says that it is live goes on to change something. */
export const branchOnProtectionMode = defineStep({
  name: "branchOnProtectionMode",
  action: "aws:branch",
  description: "A dry run plans.",
  choices: [
    { all: [release, live], next: "changeProtections" },
    { all: [live], next: "writeProtectionBackup" },
  ],
  defaultNext: "reportProtectionPlan",
  outputs: {},
  permissions: {},
});
