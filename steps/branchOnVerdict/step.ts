import { defineStep } from "../../build/types.ts";
import { verdict } from "../verdict/step.ts";

const outcome = (is: string) =>
  [{ variable: verdict.out.Outcome, is: { StringEquals: is } }] as const;

export const branchOnVerdict = defineStep({
  name: "branchOnVerdict",
  action: "aws:branch",
  description: "Picks the report.",
  choices: [
    { all: outcome("ContainmentDone"), next: "containFinalOutput" },
    { all: outcome("ReleaseDone"), next: "restoreFinalOutput" },
    { all: outcome("ReleaseFailed"), next: "reportRestoreFailure" },
  ],
  defaultNext: "reportContainmentFailure",
  outputs: {},
  permissions: {},
});
