/** Small documents in which an engine easily goes another way than AWS. */
import {
  AddTagsToResourceCommand,
  type AutomationExecution,
  DescribeAutomationExecutionsCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type SSMClient,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import {
  create,
  fail,
  get,
  pass,
  type Step,
  script,
  ssmOf,
  start,
  states,
  stepOf,
  until,
} from "./harness.ts";

let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  ssm = ssmOf(emulator, "111122223333");
});
afterAll(() => emulator.close());

async function run(
  steps: readonly Step[],
  rest: object = {},
  Parameters: Record<string, string[]> = {},
): Promise<AutomationExecution> {
  const id = await start(ssm, await create(ssm, steps, rest), { Parameters });
  await emulator.engine.settled(id);
  return get(ssm, id);
}

/** Returns its one input p. */
const echo = (p: unknown, name = "echo"): Step =>
  script(name, ["return events"], {
    payload: { p },
    outputs: [{ Name: "p", Selector: "$.Payload.p", Type: "String" }],
  });

describe("a boolean property", () => {
  const look = (DesiredValues: unknown[]) =>
    run([
      {
        name: "check",
        action: "aws:assertAwsResourceProperty",
        inputs: {
          Service: "ec2",
          Api: "GetEbsEncryptionByDefault",
          PropertySelector: "$.EbsEncryptionByDefault",
          DesiredValues,
        },
      },
    ]);
  test.each([["False"], ["false"], [false]])("is the desired value %j", async (value) => {
    expect((await look([value])).AutomationExecutionStatus).toBe("Success");
  });
  test("is not the other one", async () => {
    expect((await look(["True", true])).AutomationExecutionStatus).toBe("Failed");
  });
});

test("a failed API call is told in AWS's words, without a traceback", async () => {
  const inputs = { Service: "ec2", Api: "DescribeInstances", InstanceIds: ["i-0123456789abcdef0"] };
  const execution = await run([{ name: "a", action: "aws:executeAwsApi", inputs }]);
  expect(execution.FailureMessage).toMatch(
    /^Step fails when it is Execute\/Cancelling action\. An error occurred \(InvalidInstanceID\.NotFound\) when calling the DescribeInstances operation: /,
  );
  expect(execution.FailureMessage).not.toContain("Traceback");
});

test("a Java pattern with flags for a group is read", async () => {
  const P = { type: "String", allowedPattern: "^(?i:[a-f]+)$", default: "AbC" };
  const execution = await run([pass("a")], { parameters: { P } });
  expect(execution.AutomationExecutionStatus).toBe("Success");
  await expect(run([pass("a")], { parameters: { P } }, { P: ["xyz"] })).rejects.toThrow(
    "does not match its allowedPattern",
  );
});

test("a script that needs more than 512 MB fails", async () => {
  const execution = await run([script("big", ["return {'n': len(b'x' * (700 << 20))}"])]);
  expect(execution.AutomationExecutionStatus).toBe("Failed");
  expect(execution.FailureMessage).toContain("MemoryError");
  const small = await run([script("small", ["return {'n': len(b'x' * (100 << 20))}"])]);
  expect(small.AutomationExecutionStatus).toBe("Success");
});

test("a reference to an output whose selector found nothing stays as it is written", async () => {
  const read = {
    name: "read",
    action: "aws:executeAwsApi",
    inputs: { Service: "ec2", Api: "DescribeVpcs" },
    outputs: [{ Name: "gone", Selector: "$.Vpcs[0].NoSuchThing", Type: "String" }],
  };
  const execution = await run([read, echo("{{read.gone}}")], { outputs: ["echo.p"] });
  expect(execution.Outputs).toEqual({ "echo.p": ["{{read.gone}}"] });
});

test("Parameter Store is read in defaults and values", async () => {
  await ssm.send(new PutParameterCommand({ Name: "/a/b", Value: "stored", Type: "String" }));
  const rest = {
    parameters: { P: { type: "String", default: "{{ssm:/a/b}}" } },
    outputs: ["echo.p"],
  };
  const steps = [echo("{{ P }}")];
  expect((await run(steps, rest)).Outputs).toEqual({ "echo.p": ["stored"] });
  const given = await run(steps, rest, { P: ["{{ ssm:/a/b }} too"] });
  expect(given.Outputs).toEqual({ "echo.p": ["stored too"] });
  await expect(run(steps, rest, { P: ["{{ssm:/none}}"] })).rejects.toThrow(
    "The parameter {{ssm:/none}} can't be read.",
  );
});

test("a default refers to system variables and other parameters, a value that is given is taken as it is", async () => {
  const rest = {
    parameters: {
      P: { type: "String", default: "{{ Source }} in {{ global:REGION }} on {{ global:DATE }}" },
      Source: { type: "String", default: "none" },
    },
    outputs: ["echo.p"],
  };
  const date = /^\d{4}-\d\d-\d\d$/;
  const said = async (given: Record<string, string[]>) =>
    (await run([echo("{{ P }}")], rest, given)).Outputs?.["echo.p"]?.[0]?.split(" on ") ?? [];
  const byDefault = await said({});
  expect(byDefault).toEqual(["none in us-east-1", expect.stringMatching(date)]);
  expect((await said({ Source: ["ami-1"] }))[0]).toBe("ami-1 in us-east-1");
  expect(await said({ P: ["{{ global:REGION }} on {{ Source }}"] })).toEqual([
    "{{ global:REGION }}",
    "{{ Source }}",
  ]);
});

test("a document that refers to Parameter Store in a step or in assumeRole is not made", async () => {
  const refused = (where: string) => ({
    name: "InvalidDocumentContent",
    message: expect.stringContaining(where),
  });
  const input = run([echo("is {{ ssm:/a/b }}", "input")]);
  await expect(input).rejects.toMatchObject(refused("the step input refers to {{ ssm:/a/b }}"));
  const role = run([echo("x")], { assumeRole: "{{ssm:/role}}" });
  await expect(role).rejects.toMatchObject(refused("its assumeRole refers to {{ ssm:/role }}"));
});

test("a document whose steps lead only to one another is not made, one with a way out is", async () => {
  const circle = [pass("a"), pass("b", { nextStep: "a" }), pass("c")];
  await expect(create(ssm, circle)).rejects.toMatchObject({
    name: "InvalidDocumentContent",
    message: expect.stringContaining("it has an infinite loop: a, b lead only to one another"),
  });
  const choice = { NextStep: "a", Variable: "{{ Again }}", BooleanEquals: true };
  const asks = { name: "b", action: "aws:branch", inputs: { Choices: [choice] } };
  const parameters = { Again: { type: "Boolean", default: false } };
  const execution = await run([pass("a"), asks, pass("c")], { parameters });
  expect(execution.AutomationExecutionStatus).toBe("Success");
});

test("a text that a reference brings is no Integer and no Boolean for an input, a value of that type is", async () => {
  const again = (type: string, value: string) =>
    run(
      [
        {
          name: "again",
          action: "aws:loop",
          inputs: { Iterators: ["x"], MaxIterations: "{{ Most }}", Steps: [pass("inner")] },
        },
      ],
      { parameters: { Most: { type } } },
      { Most: [value] },
    );
  const text = await again("String", "3");
  expect(text.AutomationExecutionStatus).toBe("Failed");
  expect(text.FailureMessage).toContain(
    "The input MaxIterations takes a value of type Integer, and {{ Most }} is a String.",
  );
  expect((await again("Integer", "3")).AutomationExecutionStatus).toBe("Success");
});

describe("a loop that a step inside leaves", () => {
  const loop = (inner: readonly Step[]): Step[] => [
    { name: "each", action: "aws:loop", inputs: { Iterators: ["a", "b"], Steps: inner } },
    pass("skipped"),
    pass("after"),
  ];

  test("by nextStep is Exited, and goes on with the step outside", async () => {
    const execution = await run(loop([pass("once", { nextStep: "after" }), pass("never")]));
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(states(execution)).toEqual({ each: "Exited", once: "Success", after: "Success" });
  });

  test("by onFailure is Exited, and fails the execution where the step is critical", async () => {
    const leaving = (rest: object) =>
      run(loop([fail("bad", { onFailure: "step:after", ...rest })]));
    const spared = await leaving({ isCritical: false });
    expect(spared.AutomationExecutionStatus).toBe("Success");
    const critical = await leaving({});
    expect(critical.AutomationExecutionStatus).toBe("Failed");
    for (const execution of [spared, critical])
      expect(states(execution)).toEqual({ each: "Exited", bad: "Failed", after: "Success" });
  });

  test("inside another loop leaves both", async () => {
    const inner = loop([pass("deep", { nextStep: "after" })]).slice(0, 1);
    const outer = { name: "outer", action: "aws:loop" };
    const execution = await run([
      { ...outer, inputs: { Iterators: ["x", "y"], Steps: inner } },
      pass("skipped"),
      pass("after"),
    ]);
    expect(states(execution)).toEqual({
      ...{ outer: "Exited", each: "Exited", deep: "Success", after: "Success" },
    });
  });

  test("by onCancel is Exited, and goes the way outside", async () => {
    const held = { name: "held", action: "aws:pause", inputs: {}, onCancel: "step:after" };
    const outside = { ...fail("after"), onFailure: "Abort" };
    const [each, skipped] = loop([held]);
    if (each === undefined || skipped === undefined) throw new Error("The loop has its steps.");
    const id = await start(ssm, await create(ssm, [each, skipped, outside]));
    await until(async () => (await get(ssm, id)).AutomationExecutionStatus === "Waiting");
    await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: id }));
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ each: "Exited", held: "Cancelled", after: "Failed" });
  });
});

test("numbers are exact through parameters, scripts and outputs", async () => {
  const large = "12345678901234567890";
  const execution = await run(
    [
      script("add", ["return events['n'] + 1"], {
        payload: { n: "{{ N }}" },
        outputs: [{ Name: "Sum", Selector: "$.Payload", Type: "Integer" }],
      }),
    ],
    { parameters: { N: { type: "Integer" } }, outputs: ["add.Sum"] },
    { N: [large] },
  );
  expect(execution.Outputs).toEqual({ "add.Sum": ["12345678901234567891"] });
});

describe("output names", () => {
  const declared = (action: string, inputs: object, Name: string) =>
    run([{ name: "a", action, inputs, outputs: [{ Name, Selector: "$.Other", Type: "String" }] }]);
  test.each([
    ["aws:executeAutomation", { DocumentName: "D" }, "Output"],
    ["aws:executeAwsApi", { Service: "ec2", Api: "DescribeVpcs" }, "OutputPayload"],
  ])("that %s has itself are reserved", async (action, inputs, name) => {
    await expect(declared(action, inputs, name)).rejects.toThrow(
      `the output ${name}, a name that is reserved`,
    );
  });
  test("Payload of aws:executeScript is a name like any other", async () => {
    const outputs = [{ Name: "Payload", Selector: "$.Payload.p", Type: "String" }];
    const execution = await run([script("a", ["return {'p': 'x'}"], { outputs })], {
      outputs: ["a.Payload"],
    });
    expect(execution.Outputs).toEqual({ "a.Payload": ["x"] });
  });
});

test("a role that does not exist refuses the start", async () => {
  const assumeRole = "arn:aws:iam::111122223333:role/Nobody";
  await expect(run([pass("a")], { assumeRole })).rejects.toThrow(
    "The defined assume role is unable to be assumed. The role arn:aws:iam::111122223333:role/Nobody does not exist.",
  );
});

test("tags of executions can be added, listed, removed and filtered by", async () => {
  const id = await start(ssm, await create(ssm, [pass("a")]), {
    Tags: [{ Key: "one", Value: "1" }],
  });
  const resource = { ResourceType: "Automation", ResourceId: id } as const;
  const Tags = [{ Key: "two", Value: "2" }];
  await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags }));
  await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ["one"] }));
  expect((await ssm.send(new ListTagsForResourceCommand(resource))).TagList).toEqual(Tags);
  const Filters = [{ Key: "TagKey" as const, Values: ["two"] }];
  const found = await ssm.send(new DescribeAutomationExecutionsCommand({ Filters }));
  expect(found.AutomationExecutionMetadataList?.map((one) => one.AutomationExecutionId)).toEqual([
    id,
  ]);
  const many = (length: number) =>
    Array.from({ length }, (_, at) => ({ Key: `k${at}`, Value: "" }));
  await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: many(49) }));
  await expect(
    ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: many(50) })),
  ).rejects.toThrow("50 tags at most");
  const atStart = start(ssm, await create(ssm, [pass("a")]), { Tags: many(6) });
  await expect(atStart).rejects.toThrow("5 tags at most");
});

describe("targets", () => {
  const parameters = { P: { type: "String" } };
  const document = () => create(ssm, [echo("{{ P }}")], { parameters, outputs: ["echo.p"] });
  test("TargetParameterName needs Targets", async () => {
    await expect(
      start(ssm, await document(), { TargetParameterName: "P", Parameters: { P: ["x"] } }),
    ).rejects.toThrow("TargetParameterName needs Targets");
  });
  test("TargetMaps start one execution for each map", async () => {
    const TargetMaps = [{ P: ["a"] }, { P: ["b"] }];
    const id = await start(ssm, await document(), { TargetMaps });
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.ProgressCounters).toMatchObject({ TotalSteps: 2, SuccessSteps: 2 });
    expect(execution.ResolvedTargets?.ParameterValues).toEqual(["a", "b"]);
  });
});

test("a script step costs the seconds that it is to cost, and the time of the engine can be advanced", async () => {
  const other = await startEmulator({ timeScale: 0, stepSeconds: 8 });
  const client = ssmOf(other, "111122223333");
  const id = await start(client, await create(client, [echo("x")], { outputs: ["echo.p"] }));
  let ended = false;
  const settled = other.engine.settled(id).then(() => {
    ended = true;
  });
  const calls = async () => stepOf(await get(client, id), "echo").StepStatus;
  while ((await calls()) !== "InProgress") await new Promise((resolve) => setTimeout(resolve, 10));
  await other.clock.advance(3.9);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ended).toBe(false);
  while (!ended) {
    await other.clock.advance(0.5);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await settled;
  const { ExecutionStartTime, ExecutionEndTime } = await get(client, id);
  expect(Number(ExecutionEndTime) - Number(ExecutionStartTime)).toBeGreaterThanOrEqual(8_000);
  await other.close();
});

test("an input of the name Steps that is no loop's is made without a warning", async () => {
  const inputs = { Service: "emr", Api: "AddJobFlowSteps", JobFlowId: "j", Steps: [{ Name: "x" }] };
  await create(ssm, [{ name: "add", action: "aws:executeAwsApi", inputs }]);
  const made = emulator.calls.all().findLast(({ operation }) => operation === "CreateDocument");
  expect(made?.warning).toBeUndefined();
});

test("a document that can't run here in all its parts is made with a warning in the log, and fails by name", async () => {
  const steps = [
    pass("a"),
    { name: "machine", action: "aws:executeStateMachine", inputs: { stateMachineArn: "arn" } },
  ];
  const execution = await run(steps);
  expect(execution.FailureMessage).toContain("does not run the action aws:executeStateMachine");
  const made = emulator.calls.all().findLast(({ operation }) => operation === "CreateDocument");
  expect(made?.warning).toContain("the action aws:executeStateMachine (step machine)");
  const script = { Runtime: "PowerShell Core 6.0", Script: "x" };
  const shell = await run([{ name: "shell", action: "aws:executeScript", inputs: script }]);
  expect(shell.FailureMessage).toContain("not PowerShell Core 6.0");
  const last = emulator.calls.all().findLast(({ operation }) => operation === "CreateDocument");
  expect(last?.warning).toContain("scripts of PowerShell Core 6.0 (step shell)");
});
