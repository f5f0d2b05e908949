import {
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  type ExecutionMode,
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { clients, failure, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
let stack: Stack<WrittenDown>;
let ssm: ReturnType<typeof clients>["ssm"];

beforeAll(async () => {
  stack = await startTestStack();
  ssm = clients(stack.endpoint, account).ssm;
});
afterAll(() => stack.close());

const start = (rest: Partial<StartAutomationExecutionCommandInput>) =>
  ssm.send(new StartAutomationExecutionCommand({ DocumentName: "Runbook", ...rest }));

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
test.each<[string, Partial<StartAutomationExecutionCommandInput>]>([
  ["'documentName'", { DocumentName: "no/../such name" }],
  ["'documentName'", { DocumentName: undefined }],
  ["'documentVersion'", { DocumentVersion: "newest" }],
  ["'clientToken'", { ClientToken: "once" }],
  ["'mode'", { Mode: "Manual" as ExecutionMode }],
  ["'maxConcurrency'", { MaxConcurrency: "0" }],
  ["'maxErrors'", { MaxErrors: "101%" }],
  ["'targets'", { Targets: Array.from({ length: 6 }, () => ({ Key: "tag:a", Values: ["b"] })) }],
  ["'parameters.Name.1.member'", { Parameters: { Name: [""] } }],
  ["'parameters.Name.2.member'", { Parameters: { Name: ["a", "x".repeat(513)] } }],
  ["'parameters.Name'", { Parameters: { Name: Array.from({ length: 51 }, () => "a") } }],
  ["'tags.1.member.key'", { Tags: [{ Key: "", Value: "" }] }],
])("SSM refuses a start whose %s breaks the API's constraints", async (where, rest) => {
  const error = await failure(start(rest));
  expect(error.name).toBe("ValidationException");
  expect(error.message).toContain(`at ${where} failed to satisfy constraint: `);
});

test("SSM says all that is wrong with a start at once", async () => {
  const error = await failure(start({ DocumentVersion: "0", MaxErrors: "many" }));
  expect(error.message).toMatch(/^2 validation errors detected: .*; .*/);
});

test("SSM takes what keeps to the constraints", async () => {
  const whole = {
    DocumentName: "arn:aws:ssm:us-east-1:111122223333:document/Runbook",
    DocumentVersion: "$LATEST",
    Parameters: { Name: ["x".repeat(512)], List: Array.from({ length: 50 }, () => "ü"), None: [] },
    ClientToken: "11111111-2222-4333-8444-555555555555",
    MaxConcurrency: "100%",
    MaxErrors: "0",
    Tags: [{ Key: "équipe:a/b", Value: "" }],
  };
  await start(whole);
  expect(stack.automation.handled.at(-1)?.input).toEqual(whole);
  await start({ Parameters: {} });
});

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html
test("SSM refuses ids and pages that can't be", async () => {
  const refused = { name: "ValidationException" };
  for (const MaxResults of [0, 51]) {
    await expect(
      ssm.send(new DescribeAutomationExecutionsCommand({ MaxResults })),
    ).rejects.toMatchObject(refused);
  }
  await expect(
    ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: "1234" })),
  ).rejects.toMatchObject(refused);
  const AutomationExecutionId = "00000000-0000-4000-8000-000000000000";
  const Filters = [{ Key: "StepName" as const, Values: [] }];
  await expect(
    ssm.send(new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId, Filters })),
  ).rejects.toMatchObject(refused);
});

test.each([
  ["no JSON", "{"],
  ["no structure", "[]"],
  ["a number for a text", '{"DocumentName": 5}'],
  ["a list for a map", '{"DocumentName": "Runbook", "Parameters": ["a"]}'],
  ["a text for a list", '{"DocumentName": "Runbook", "Parameters": {"a": "b"}}'],
])("SSM can't read a request with %s", async (_, body) => {
  const answer = await fetch(stack.endpoint, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AmazonSSM.StartAutomationExecution",
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none`,
    },
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ __type: "SerializationException" });
});
