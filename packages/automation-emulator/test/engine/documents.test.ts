/** Documents of many shapes, driven by the real client to the status that is expected. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeVpcsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  type AutomationExecution,
  CreateDocumentCommand,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  PutParameterCommand,
  SendAutomationSignalCommand,
  type SignalType,
  SSMClient,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { clientConfig, get, region, ssmOf, start, states, stepOf, until } from "./harness.ts";

const account = "111122223333";
let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  ssm = ssmOf(emulator, account);
  for (const name of [
    "Greets",
    "Nested",
    "NestedFailure",
    "ForEach",
    "DoWhile",
    "LoopFailure",
    "Approval",
    "Stack",
    "Instance",
    "Commands",
    "Webhook",
    "CancelInLoop",
  ]) {
    const file = `documents/${name[0]?.toLowerCase()}${name.slice(1)}.yaml`;
    const Content = readFileSync(new URL(file, import.meta.url), "utf8");
    const form = { DocumentType: "Automation", DocumentFormat: "YAML" } as const;
    await ssm.send(new CreateDocumentCommand({ Name: name, Content, ...form }));
  }
});
afterAll(() => emulator.close());

async function run(
  document: string,
  Parameters: Record<string, string[]> = {},
): Promise<AutomationExecution> {
  const id = await start(ssm, document, { Parameters });
  await emulator.engine.settled(id);
  return get(ssm, id);
}

const signal = (
  id: string,
  SignalType: SignalType,
  Payload: Record<string, string[]> = {},
  by: SSMClient = ssm,
) => by.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType, Payload }));

const waiting = (id: string, step: string): Promise<void> =>
  until(async () => stepOf(await get(ssm, id), step).StepStatus === "Waiting");

const named = (name: string) => expect.objectContaining({ name });

describe("aws:executeAutomation", () => {
  test("runs another document to its end and hands its outputs on", async () => {
    const execution = await run("Nested");
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.Outputs).toEqual({
      "second.Output": ["hello hello one"],
      "second.Status": ["Success"],
    });
    const Filters = [
      { Key: "ParentExecutionId" as const, Values: [execution.AutomationExecutionId ?? ""] },
    ];
    const children = await ssm.send(new DescribeAutomationExecutionsCommand({ Filters }));
    expect(children.AutomationExecutionMetadataList).toMatchObject([
      { DocumentName: "Greets", ExecutedBy: execution.ExecutedBy },
      { DocumentName: "Greets" },
    ]);
  });

  test("fails with it, and goes where onFailure says", async () => {
    const execution = await run("NestedFailure");
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ child: "Failed", report: "Success" });
    expect(execution.FailureMessage).toMatch(
      /of Greets ended with the status Failed.*nobody is there/s,
    );
  });

  test("says of an AWS-owned document that none exists here", async () => {
    await expect(start(ssm, "AWS-StopEC2Instance")).rejects.toThrow(
      "no AWS-owned document exists here",
    );
  });
});

describe("aws:loop", () => {
  test("runs its steps for each iterator", async () => {
    const execution = await run("ForEach");
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.Outputs).toEqual({ "each.CurrentIteration": ["3"] });
    const made = execution.Variables?.Made ?? [];
    expect(made.map((text) => text.split(":")[0])).toEqual(["1", "2", "3"]);
    const VpcIds = made.map((text) => text.split(":")[1] ?? "");
    const ec2 = new EC2Client(clientConfig(emulator, account));
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds }));
    expect(Vpcs.map(({ CidrBlock }) => CidrBlock).sort()).toEqual([
      "10.21.0.0/16",
      "10.22.0.0/16",
      "10.23.0.0/16",
    ]);
    expect(execution.StepExecutions?.map(({ StepName }) => StepName)).toEqual([
      "each",
      "make",
      "collect",
      "make",
      "collect",
      "make",
      "collect",
    ]);
    const Filters = [{ Key: "ParentStepIteration" as const, Values: ["2"] }];
    const AutomationExecutionId = execution.AutomationExecutionId ?? "";
    const second = await ssm.send(
      new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId, Filters }),
    );
    expect(second.StepExecutions?.map(({ ParentStepDetails }) => ParentStepDetails)).toEqual(
      Array(2).fill({
        StepExecutionId: stepOf(execution, "each").StepExecutionId,
        StepName: "each",
        Action: "aws:loop",
        Iteration: 2,
        IteratorValue: "10.22.0.0/16",
      }),
    );
  });

  test("runs its steps as long as its condition holds", async () => {
    const execution = await run("DoWhile");
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.Outputs).toEqual({ "add.Sum": ["4"], "again.CurrentIteration": ["4"] });
  });

  test("fails with the iteration that fails, and begins no other", async () => {
    const execution = await run("LoopFailure");
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    const ran = execution.StepExecutions?.map(({ StepName, StepStatus }) => [StepName, StepStatus]);
    expect(ran).toEqual([
      ["each", "Failed"],
      ["divide", "Success"],
      ["divide", "Failed"],
      ["never", "Pending"],
    ]);
    expect(execution.FailureMessage).toMatch(/The iteration 2 failed.*ZeroDivisionError/s);
  });

  test("is cancelled at a step inside it, whose onCancel leads on inside it", async () => {
    const id = await start(ssm, "CancelInLoop");
    await waiting(id, "hold");
    await ssm.send(
      new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" }),
    );
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ each: "Cancelled", hold: "Cancelled", clean: "Success" });
  });
});

describe("signals", () => {
  /** Clients of two users of the account. */
  async function users(): Promise<readonly SSMClient[]> {
    const iam = new IAMClient(clientConfig(emulator, account));
    const made = ["ann", "bob"].map(async (UserName) => {
      await iam.send(new CreateUserCommand({ UserName })).catch(() => undefined);
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
      return new SSMClient({ endpoint: emulator.endpoint, region, credentials });
    });
    return Promise.all(made);
  }
  const begin = (Approvers: string[]) => start(ssm, "Approval", { Parameters: { Approvers } });
  const ann = `arn:aws:iam::${account}:user/ann`;

  test("Approve of all that must, and Resume, let an execution go on", async () => {
    const [annClient = ssm, bobClient = ssm] = await users();
    const id = await begin([ann, "bob", "carl"]);
    await waiting(id, "ask");
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Waiting");
    await expect(signal(id, "Approve")).rejects.toThrow(named("InvalidAutomationSignalException"));
    await expect(signal(id, "Resume", { StepName: ["ask"] })).rejects.toThrow(
      "waits at the step ask for Approve or Reject",
    );
    await signal(id, "Approve", { Comment: ["fine"] }, annClient);
    await expect(signal(id, "Approve", {}, annClient)).rejects.toThrow("has decided already");
    await signal(id, "Approve", {}, bobClient);
    await waiting(id, "hold");
    await expect(signal(id, "Resume")).rejects.toThrow("needs a StepName");
    await expect(signal(id, "Resume", { StepName: ["done"] })).rejects.toThrow(
      named("AutomationStepNotFoundException"),
    );
    await signal(id, "Resume", { StepName: ["hold"] });
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.Outputs).toEqual({ "ask.ApprovalStatus": ["Approved"] });
    expect(stepOf(execution, "ask").Outputs?.ApproverDecisions).toEqual([
      JSON.stringify({ Approver: ann, Decision: "Approve", Comment: "fine" }),
      JSON.stringify({ Approver: "bob", Decision: "Approve", Comment: "" }),
    ]);
    await expect(signal(id, "Approve")).rejects.toThrow("has ended with the status Success");
  });

  test("Reject of one fails the step", async () => {
    const [annClient = ssm] = await users();
    const id = await begin([ann, "bob"]);
    await waiting(id, "ask");
    await signal(id, "Reject", { Comment: ["not today"] }, annClient);
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(states(execution)).toEqual({ ask: "Failed" });
    expect(execution.FailureMessage).toContain(`rejected by ${ann}: not today`);
  });

  test("an approval that nobody gives times out after seven days", async () => {
    const id = await begin(["ann", "bob"]);
    await waiting(id, "ask");
    await emulator.clock.advance(604_801);
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("TimedOut");
  });

  test("StartStep begins each step of an interactive execution, and StopStep ends one", async () => {
    const id = await start(ssm, "Approval", {
      Mode: "Interactive",
      Parameters: { Approvers: ["ann", "bob"] },
    });
    const atWait = (step: string) =>
      until(async () => {
        const { AutomationExecutionStatus, CurrentStepName } = await get(ssm, id);
        return AutomationExecutionStatus === "Waiting" && CurrentStepName === step;
      });
    await atWait("ask");
    expect(states(await get(ssm, id))).toEqual({});
    await expect(signal(id, "StartStep", { StepName: ["done"] })).rejects.toThrow(
      named("AutomationStepNotFoundException"),
    );
    await signal(id, "StartStep", { StepName: ["ask"] });
    await waiting(id, "ask");
    const { StepExecutionId = "" } = stepOf(await get(ssm, id), "ask");
    await signal(id, "StopStep", { StepExecutionId: [StepExecutionId] });
    await until(async () => stepOf(await get(ssm, id), "ask").StepStatus === "Cancelled");
    await atWait("ask");
    await signal(id, "StartStep", { StepName: ["hold"] });
    await waiting(id, "hold");
    await signal(id, "Resume", { StepName: ["hold"] });
    await atWait("done");
    await ssm.send(
      new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Complete" }),
    );
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(states(execution)).toEqual({ ask: "Cancelled", hold: "Success" });
  });

  test("StopStep and Revoke are refused where they have no place", async () => {
    const id = await begin(["ann", "bob"]);
    await waiting(id, "ask");
    await expect(signal(id, "StopStep", { StepExecutionId: ["x"] })).rejects.toThrow("Interactive");
    await expect(signal(id, "Revoke" as SignalType)).rejects.toThrow("just-in-time");
    emulator.engine.kill(id);
    await emulator.engine.settled(id);
  });
});

test("aws:createStack and aws:deleteStack wait for their stack", async () => {
  const execution = await run("Stack", { Name: ["evidence"] });
  expect(execution.FailureMessage ?? "").toBe("");
  expect(states(execution)).toEqual({ make: "Success", read: "Success", remove: "Success" });
  expect(execution.Outputs).toMatchObject({
    "make.StackStatus": ["CREATE_COMPLETE"],
    "read.Topic": [`arn:aws:sns:us-east-1:${account}:findings`],
  });
});

test("aws:runInstances, aws:changeInstanceState and aws:deleteImage take an instance through its life", async () => {
  const execution = await run("Instance");
  expect(execution.FailureMessage ?? "").toBe("");
  expect(Object.values(states(execution))).toEqual(Array(6).fill("Success"));
  const called = emulator.calls.of({ executionId: execution.AutomationExecutionId ?? "" });
  const operations = called.filter(({ readOnly }) => !readOnly).map(({ operation }) => operation);
  expect(operations).toEqual(
    expect.arrayContaining([
      "RunInstances",
      "StopInstances",
      "CreateImage",
      "DeregisterImage",
      "TerminateInstances",
    ]),
  );
});

describe("aws:runCommand", () => {
  let InstanceId = "";
  beforeAll(async () => {
    const ec2 = new EC2Client(clientConfig(emulator, account));
    const input = { ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 };
    const { Instances } = await ec2.send(new RunInstancesCommand(input));
    InstanceId = Instances?.[0]?.InstanceId ?? "";
  });

  test.each([
    ["root", "asRoot"],
    ["ann", "asOther"],
  ])("answers what a test has set: %s", async (output, step) => {
    const undo = emulator.engine.commands.set({ documentName: "AWS-RunShellScript" }, { output });
    const execution = await run("Commands", { InstanceId: [InstanceId] });
    undo();
    expect(states(execution)).toEqual({ look: "Success", choose: "Success", [step]: "Success" });
    expect(execution.Outputs).toEqual({ "look.Output": [output] });
  });

  test("fails with a command that failed", async () => {
    const failed = { status: "Failed", responseCode: 127, output: "not found" } as const;
    const undo = emulator.engine.commands.set({ instanceId: InstanceId }, failed);
    const execution = await run("Commands", { InstanceId: [InstanceId] });
    undo();
    expect(execution.FailureMessage).toContain(
      "the status Failed and the response code 127. not found",
    );
  });
});

describe("aws:invokeWebhook", () => {
  const put = (Name: string, Value: string, Type: "String" | "SecureString" = "String") =>
    ssm.send(new PutParameterCommand({ Name, Value, Type, Overwrite: true }));
  const integration = (url: string) =>
    put(
      "/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/chat",
      JSON.stringify({ url, headers: { "x-token": "t" } }),
      "SecureString",
    );

  test("posts to a URL on this machine, with what Parameter Store holds", async () => {
    const heard: unknown[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      heard.push([request.headers["x-token"], JSON.parse(body)]);
      response.end("thanks");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await integration(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    await put("/greeting", "hello");
    await put("/name", "Ann");
    const execution = await run("Webhook");
    server.close();
    expect(execution.Outputs).toEqual({
      "tell.ResponseCode": ["200"],
      "tell.Response": ["thanks"],
    });
    expect(heard).toEqual([["t", { text: "hello Ann" }]]);
  });

  test("posts to no other machine", async () => {
    await integration("https://hooks.example.com/x");
    const execution = await run("Webhook");
    expect(execution.FailureMessage).toContain("calls webhooks on this machine only");
  });

  test("fails where a parameter of Parameter Store is missing, before anything begins", async () => {
    await expect(run("Webhook", { Text: ["{{ssm:/nowhere}}"] })).rejects.toThrow(
      named("InvalidAutomationExecutionParametersException"),
    );
  });
});
