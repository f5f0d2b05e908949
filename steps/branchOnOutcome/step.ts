import { defineStep } from "../../build/types.ts";
import { conclude } from "../conclude/step.ts";

const outcome = (is: string) =>
  [{ variable: conclude.out.Outcome, is: { StringEquals: is } }] as const;

export const branchOnOutcome = defineStep({
  name: "branchOnOutcome",
  action: "aws:branch",
  description: "Goes to the report that fits.",
  choices: [
    { all: outcome("ContainmentDone"), next: "containFinalOutput" },
    { all: outcome("ReleaseDone"), next: "restoreFinalOutput" },
    { all: outcome("ReleaseFailed"), next: "reportRestoreFailure" },
  ],
  defaultNext: "reportContainmentFailure",
  outputs: {},
  permissions: {},
});
