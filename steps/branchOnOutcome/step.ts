import { defineStep } from "../../build/types.ts";
import { readSituation } from "../readSituation/step.ts";

const outcome = (is: string) =>
  [{ variable: readSituation.out.Outcome, is: { StringEquals: is } }] as const;

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
