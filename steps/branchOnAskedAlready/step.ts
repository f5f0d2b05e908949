import { defineStep } from "../../build/types.ts";
import { readFinding } from "../readFinding/step.ts";

export const branchOnAskedAlready = defineStep({
  name: "branchOnAskedAlready",
  action: "aws:branch",
  description: "Asks nobody twice.",
  choices: [
    {
      all: [{ variable: readFinding.out.Asked, is: { StringEquals: "" } }],
      next: "planContainment",
    },
  ],
  defaultNext: "reportAskedAlready",
  outputs: {},
  permissions: {},
});
