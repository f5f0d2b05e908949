import { builtIn, defineStep } from "../../build/types.ts";
import { containInstance } from "../containInstance/step.ts";
import { reportOutput } from "../outputs.ts";
import { readFinding } from "../readFinding/step.ts";

export const writeOutcome = defineStep({
  name: "writeOutcome",
  action: "aws:executeScript",
  description: "Writes the report of the containment under the finding that led to it.",
  payload: {
    Summary: readFinding.out.Summary,
    Outputs: builtIn(containInstance, "Output"),
    Containment: builtIn(containInstance, "ExecutionId"),
  },
  outputs: reportOutput,
  permissions: {},
});
