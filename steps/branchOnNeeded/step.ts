import { defineStep } from "../../build/types.ts";
import { writeRequest } from "../writeRequest/step.ts";

export const branchOnNeeded = defineStep({
  name: "branchOnNeeded",
  action: "aws:branch",
  description: "Asks nobody where there is nothing to do.",
  choices: [
    {
      all: [{ variable: writeRequest.out.Needed, is: { BooleanEquals: true } }],
      next: "askForApproval",
    },
  ],
  defaultNext: "reportNothingToDo",
  outputs: {},
  permissions: {},
});
