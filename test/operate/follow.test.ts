import {
  type AutomationExecution,
  type AutomationExecutionMetadata,
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { snapshot } from "../../operate/follow.ts";

/** A client that knows one execution and those that it has started. */
const clientOf = (
  AutomationExecution: AutomationExecution,
  AutomationExecutionMetadataList: readonly AutomationExecutionMetadata[],
): SSMClient =>
  Object.assign(new SSMClient({ region: "us-east-1" }), {
    send: async (command: unknown) => {
      if (command instanceof GetAutomationExecutionCommand) return { AutomationExecution };
      if (command instanceof DescribeAutomationExecutionsCommand)
        return { AutomationExecutionMetadataList };
      throw new Error("No such call is expected.");
    },
  });

it("a run for targets shows each target once, by its execution, and a target without one by its step", async () => {
  const step = (StepName: string, StepStatus: "Success" | "Failed") => ({
    ...{ StepName, StepStatus, StepExecutionId: `step-${StepName}` },
    Action: "aws:executeAutomation",
  });
  const client = clientOf(
    {
      AutomationExecutionStatus: "Success",
      Targets: [{ Key: "ParameterValues", Values: ["i-1", "i-2", "i-3"] }],
      StepExecutions: [step("i-1", "Success"), step("i-2", "Failed"), step("i-3", "Failed")],
    },
    [
      { AutomationExecutionId: "one", Target: "i-1", AutomationExecutionStatus: "Success" },
      { AutomationExecutionId: "two", Target: "i-2", AutomationExecutionStatus: "Failed" },
    ],
  );
  const { steps, children } = await snapshot(client, "run");
  expect([...steps, ...children].map(({ key, status }) => [key, status])).toEqual([
    ["step-i-3", "Failed"],
    ["one", "Success"],
    ["two", "Failed"],
  ]);
});
