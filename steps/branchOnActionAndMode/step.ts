import { defineStep } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

const release = {
  variable: validateRequiredInputs.out.Action,
  is: { StringEquals: "Release" },
} as const;
const live = { variable: parameter.DryRun, is: { BooleanEquals: false } } as const;

/** Only what says that it is live goes on to change something. */
export const branchOnActionAndMode = defineStep({
  name: "branchOnActionAndMode",
  action: "aws:branch",
  description: "A dry run plans.",
  choices: [
    { all: [release, live], next: "restoreInstanceConfiguration" },
    { all: [release], next: "reportRestore" },
    { all: [live], next: "backupInstanceSecurityGroups" },
  ],
  defaultNext: "reportContain",
  outputs: {},
  permissions: {},
});
