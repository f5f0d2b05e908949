import { defineStep, system } from "../../build/types.ts";
import { findingParameter } from "../findingParameters.ts";

export const readFinding = defineStep({
  name: "readFinding",
  action: "aws:executeScript",
  description: "Reads the finding, and whether somebody is asked about its instance already.",
  payload: {
    AccountId: system.accountId,
    Region: system.region,
    Execution: system.executionId,
    Resource: findingParameter.Resource,
    FindingId: findingParameter.FindingId,
    FindingType: findingParameter.FindingType,
    Severity: findingParameter.Severity,
  },
  outputs: {
    InstanceId: { selector: "$.Payload.InstanceId", type: "String" },
    Asked: { selector: "$.Payload.Asked", type: "String" },
    Output: { selector: "$.Payload.Output", type: "String" },
    Summary: { selector: "$.Payload.Summary", type: "StringList" },
  },
  permissions: {
    "ssm:DescribeAutomationExecutions": "find an execution that waits for an answer already",
    "ssm:GetAutomationExecution": "read which instance such an execution is about",
  },
});
