import { CreateTagsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  type AutomationExecutionMetadata,
  DescribeAutomationExecutionsCommand,
  SendAutomationSignalCommand,
  type SSMClient,
  type StartAutomationExecutionCommandInput,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { clientConfig, create, get, script, ssmOf, start, until } from "./harness.ts";

const account = "111122223333";
let emulator: Emulator;
let ssm: SSMClient;
let document: string;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  ssm = ssmOf(emulator, account);
  const lines = [
    "time.sleep(500 if events['id'].startswith('slow') else 5)",
    "if events['id'].startswith('bad'): raise ValueError(events['id'])",
  ];
  const steps = [script("only", lines, { payload: { id: "{{ InstanceId }}" } })];
  document = await create(ssm, steps, {
    parameters: {
      InstanceId: { type: "AWS::EC2::Instance::Id" },
      Mode: { type: "String", default: "a", allowedValues: ["a", "b"] },
    },
  });
});
afterAll(() => emulator.close());

type Input = Omit<StartAutomationExecutionCommandInput, "DocumentName">;

const begin = (Values: string[], rest: Input = {}): Promise<string> =>
  start(ssm, document, {
    TargetParameterName: "InstanceId",
    Targets: [{ Key: "ParameterValues", Values }],
    ...rest,
  });

async function childrenOf(id: string): Promise<AutomationExecutionMetadata[]> {
  const Filters = [{ Key: "ParentExecutionId" as const, Values: [id] }];
  const answer = await ssm.send(new DescribeAutomationExecutionsCommand({ Filters }));
  return (answer.AutomationExecutionMetadataList ?? []).reverse();
}

const statesOf = (children: readonly AutomationExecutionMetadata[]) =>
  Object.fromEntries(
    children.map((child) => [child.Target ?? "", child.AutomationExecutionStatus]),
  );

describe("an execution for targets", () => {
  test("is not begun where a variable's default does not fit", async () => {
    const id = "{{ InstanceId }}";
    const unfit = await create(ssm, [script("only", ["pass"], { payload: { id } })], {
      parameters: { InstanceId: { type: "AWS::EC2::Instance::Id" } },
      variables: { Phase: { type: "String", default: "new", allowedValues: ["old"] } },
    });
    const Targets = [{ Key: "ParameterValues", Values: ["i-1"] }];
    const begun = start(ssm, unfit, { TargetParameterName: "InstanceId", Targets });
    await expect(begun).rejects.toMatchObject({
      name: "InvalidAutomationExecutionParametersException",
      message: expect.stringContaining("variable Phase"),
    });
  });

  test("starts one execution for each, with its value and the other parameters", async () => {
    const id = await begin(["i-1", "i-2"], { Parameters: { Mode: ["b"] }, MaxConcurrency: "2" });
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution).toMatchObject({
      AutomationExecutionStatus: "Success",
      TargetParameterName: "InstanceId",
      MaxConcurrency: "2",
      ResolvedTargets: { ParameterValues: ["i-1", "i-2"], Truncated: false },
      ProgressCounters: { TotalSteps: 2, SuccessSteps: 2, FailedSteps: 0 },
    });
    const children = await childrenOf(id);
    expect(statesOf(children)).toEqual({ "i-1": "Success", "i-2": "Success" });
    const child = children.find(({ Target }) => Target === "i-1");
    expect(child?.ParentAutomationExecutionId).toBe(id);
    expect((await get(ssm, child?.AutomationExecutionId ?? "")).Parameters).toEqual({
      Mode: ["b"],
      InstanceId: ["i-1"],
    });
  });

  test("shows a step for each target, as its execution stands", async () => {
    const values = ["i-1", "bad-1", "i-2"];
    const id = await begin(values, { MaxConcurrency: "1" });
    await emulator.engine.settled(id);
    const { StepExecutions = [] } = await get(ssm, id);
    expect(
      StepExecutions.map(({ StepName, Action, StepStatus }) => [StepName, Action, StepStatus]),
    ).toEqual([
      ["i-1", "aws:executeAutomation", "Success"],
      ["bad-1", "aws:executeAutomation", "Failed"],
      ["i-2", "aws:executeAutomation", "Pending"],
    ]);
    expect(StepExecutions[0]?.Inputs).toEqual({ InstanceId: "i-1" });
    expect(StepExecutions[1]?.FailureMessage).toContain("ValueError - bad-1");
  });

  test("is listed without its children", async () => {
    const id = await begin(["i-1"]);
    await emulator.engine.settled(id);
    const listed = await ssm.send(new DescribeAutomationExecutionsCommand({}));
    const found = listed.AutomationExecutionMetadataList ?? [];
    expect(found.map((one) => one.AutomationExecutionId)).toContain(id);
    expect(found.filter((one) => one.ParentAutomationExecutionId !== undefined)).toEqual([]);
  });

  test("runs no more at once than MaxConcurrency", async () => {
    const id = await begin(["i-1", "i-2", "i-3"], { MaxConcurrency: "1" });
    await emulator.engine.settled(id);
    const children = await childrenOf(id);
    const times = children.map((child) => [
      child.ExecutionStartTime?.getTime() ?? 0,
      child.ExecutionEndTime?.getTime() ?? 0,
    ]);
    expect(times.flat()).toEqual(times.flat().sort((a, b) => a - b));
  });

  test("begins with one, then two more, up to MaxConcurrency", async () => {
    const sleeper = await create(ssm, [{ name: "hold", action: "aws:pause", inputs: {} }], {
      parameters: { InstanceId: { type: "String" } },
    });
    const Values = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const id = await start(ssm, sleeper, {
      ...{ TargetParameterName: "InstanceId", MaxConcurrency: "3" },
      Targets: [{ Key: "ParameterValues", Values }],
    });
    const waiting = async () =>
      (await childrenOf(id)).filter((one) => one.AutomationExecutionStatus === "Waiting");
    const resume = async ({ AutomationExecutionId }: AutomationExecutionMetadata) => {
      const Payload = { StepName: ["hold"] };
      const signal = { AutomationExecutionId, SignalType: "Resume" as const, Payload };
      await ssm.send(new SendAutomationSignalCommand(signal));
      await emulator.engine.settled(AutomationExecutionId ?? "");
    };
    for (const together of [1, 2, 3, 2]) {
      await until(async () => (await waiting()).length === together);
      for (const one of await waiting()) await resume(one);
    }
    await emulator.engine.settled(id);
    const steps = (await get(ssm, id)).StepExecutions ?? [];
    const began = (name: string) =>
      steps.find(({ StepName }) => StepName === name)?.ExecutionStartTime?.getTime() ?? 0;
    const ended = (name: string) =>
      steps.find(({ StepName }) => StepName === name)?.ExecutionEndTime?.getTime() ?? 0;
    expect(Math.min(...Values.slice(1).map(began))).toBeGreaterThanOrEqual(ended("a"));
    const second = Math.min(ended("b"), ended("c"));
    expect(Math.min(...Values.slice(3).map(began))).toBeGreaterThanOrEqual(second);
  });

  test("begins nothing more after one failure more than MaxErrors", async () => {
    const values = ["bad-1", "i-1", "bad-2", "i-2", "i-3"];
    const id = await begin(values, { MaxConcurrency: "1", MaxErrors: "1" });
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(execution.FailureMessage).toContain("2 of 5 targets failed");
    expect(statesOf(await childrenOf(id))).toEqual({
      "bad-1": "Failed",
      "i-1": "Success",
      "bad-2": "Failed",
    });
  });

  test("takes percentages", async () => {
    const values = ["bad-1", "i-1", "i-2", "i-3"];
    const id = await begin(values, { MaxConcurrency: "50%", MaxErrors: "25%" });
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Success");
    expect(await childrenOf(id)).toHaveLength(4);
  });

  test("finds instances by their tags, or all there are", async () => {
    const ec2 = new EC2Client(clientConfig(emulator, account));
    const input = { ImageId: "ami-12c6146b", MinCount: 3, MaxCount: 3 };
    const { Instances = [] } = await ec2.send(new RunInstancesCommand(input));
    const ids = Instances.map(({ InstanceId = "" }) => InstanceId);
    const Tags = [{ Key: "Case", Value: "42" }];
    await ec2.send(new CreateTagsCommand({ Resources: ids.slice(0, 2), Tags }));
    const id = await begin([], { Targets: [{ Key: "tag:Case", Values: ["42"] }] });
    await emulator.engine.settled(id);
    const targets = (await childrenOf(id)).map(({ Target }) => Target);
    expect(targets.sort()).toEqual(ids.slice(0, 2).sort());
    const all = await begin([], { Targets: [{ Key: "AWS::EC2::Instance", Values: ["*"] }] });
    await emulator.engine.settled(all);
    const each = (await childrenOf(all)).map(({ Target }) => Target);
    expect(each).toEqual(expect.arrayContaining(ids));
  });

  test("takes sets of parameters in place of targets", async () => {
    const TargetMaps = [
      { InstanceId: ["i-1"], Mode: ["a"] },
      { InstanceId: ["i-2"], Mode: ["b"] },
    ];
    for (const named of [{}, { TargetParameterName: "InstanceId" }]) {
      const id = await start(ssm, document, { TargetMaps, ...named });
      await emulator.engine.settled(id);
      expect(statesOf(await childrenOf(id))).toEqual({ "i-1, a": "Success", "i-2, b": "Success" });
    }
  });

  test("is refused where a parameter is wrong or given twice", async () => {
    const refused = expect.objectContaining({
      name: "InvalidAutomationExecutionParametersException",
    });
    await expect(begin(["i-1"], { Parameters: { Mode: ["c"] } })).rejects.toThrow(refused);
    await expect(begin(["i-1"], { Parameters: { InstanceId: ["i-2"] } })).rejects.toThrow(refused);
    await expect(begin(["i-1"], { TargetParameterName: "Other" })).rejects.toThrow(refused);
    const Targets = [{ Key: "Colour", Values: ["red"] }];
    await expect(begin([], { Targets })).rejects.toMatchObject({ name: "InvalidTarget" });
  });

  test("is refused where targets are chosen in two ways", async () => {
    const refused = (message: string) => ({
      name: "InvalidAutomationExecutionParametersException",
      message: expect.stringContaining(message),
    });
    await expect(begin(["i-1"], { TargetMaps: [{ InstanceId: ["i-2"] }] })).rejects.toMatchObject(
      refused("Targets and TargetMaps can't be specified together"),
    );
    const Targets = ["Case", "Stage"].map((tag) => ({ Key: `tag:${tag}`, Values: ["42"] }));
    await expect(begin([], { Targets })).rejects.toMatchObject(
      refused("Only one resource group or tag can be specified at a time"),
    );
  });

  test("is cancelled with the executions under way, and begins no other", async () => {
    const id = await begin(["slow-1", "slow-2"], { MaxConcurrency: "1" });
    await until(async () => (await childrenOf(id)).length > 0);
    await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: id }));
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Cancelled");
    expect(statesOf(await childrenOf(id))).toEqual({ "slow-1": "Cancelled" });
  });
});
