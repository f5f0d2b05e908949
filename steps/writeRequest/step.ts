import { builtIn, defineStep, system } from "../../build/types.ts";
import { approvalHours } from "../approval.ts";
import { reportOutput } from "../outputs.ts";
import { planContainment } from "../planContainment/step.ts";
import { readFinding } from "../readFinding/step.ts";

export const writeRequest = defineStep({
  name: "writeRequest",
  action: "aws:executeScript",
  description: "Writes what the approvers read.",
  payload: {
    Region: system.region,
    Execution: system.executionId,
    Summary: readFinding.out.Summary,
    Plan: builtIn(planContainment, "Output"),
    PlanExecution: builtIn(planContainment, "ExecutionId"),
    Hours: approvalHours,
  },
  outputs: {
    ...reportOutput,
    Needed: { selector: "$.Payload.Needed", type: "Boolean" },
    Message: { selector: "$.Payload.Message", type: "String" },
  },
  permissions: {},
});
