/** What waits inside what: each deadline sees all of it, however fast it goes by, and nothing else. */
import {
  CreateImageCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  DescribeAutomationExecutionsCommand,
  SendAutomationSignalCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import {
  clientConfig,
  create,
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

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const account = "111122223333";
let emulator: Emulator;
let ssm: SSMClient;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 1000 });
  ssm = ssmOf(emulator, account);
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

const sleep = (name: string, Duration: string): Step => ({
  name,
  action: "aws:sleep",
  inputs: { Duration },
});

const loopOf = (step: Step, timeoutSeconds: number): Step => ({
  name: "again",
  action: "aws:loop",
  timeoutSeconds,
  inputs: { Iterators: ["a", "b", "c", "d"], Steps: [step] },
});

const secondary = (DocumentName: string, timeoutSeconds: number): Step => ({
  name: "other",
  action: "aws:executeAutomation",
  timeoutSeconds,
  inputs: { DocumentName },
});

async function run(step: Step) {
  const id = await start(ssm, await create(ssm, [step]));
  await emulator.engine.settled(id);
  return get(ssm, id);
}

test("a loop times out by what its steps sleep together", async () => {
  const execution = await run(loopOf(sleep("nap", "PT40S"), 100));
  expect(states(execution)).toMatchObject({ again: "TimedOut" });
});

test("a loop times out by what its scripts sleep together", async () => {
  const nap = script("nap", ["time.sleep(40)", "return 1"]);
  expect(states(await run(loopOf(nap, 100)))).toMatchObject({ again: "TimedOut" });
});

test("a step times out by what the automation that it runs sleeps in several steps, which is cancelled", async () => {
  const naps = Array.from({ length: 10 }, (_, n) => sleep(`nap${n}`, "PT20S"));
  const execution = await run(secondary(await create(ssm, naps), 100));
  expect(states(execution)).toEqual({ other: "TimedOut" });
  const children = await executionsOf(execution.AutomationExecutionId);
  expect(children.map(({ AutomationExecutionStatus: status }) => status)).toEqual(["Cancelled"]);
});

test("a step does not time out by what the automation that it runs works, however large the scale is", async () => {
  emulator.clock.setTimeScale(10_000);
  // It takes some tenths of a second, which would be an hour by the scale.
  const work = script("work", ["return 1"]);
  expect(states(await run(secondary(await create(ssm, [work]), 60)))).toEqual({ other: "Success" });
});

test("a step that is stopped alone cancels the automation that it runs", async () => {
  emulator.clock.setTimeScale(1);
  const name = await create(ssm, [
    secondary(await create(ssm, [sleep("nap", "PT1H")]), 7200),
    pass("after"),
  ]);
  const id = await start(ssm, name, { Mode: "Interactive" });
  const signal = (SignalType: "StartStep" | "StopStep", Payload: Record<string, string[]>) =>
    ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType, Payload }));
  await until(async () => (await get(ssm, id)).AutomationExecutionStatus === "Waiting");
  await signal("StartStep", { StepName: ["other"] });
  await until(async () => (await executionsOf(id)).length > 0);
  const { StepExecutionId = "" } = stepOf(await get(ssm, id), "other");
  await signal("StopStep", { StepExecutionId: [StepExecutionId] });
  await until(async () => stepOf(await get(ssm, id), "other").StepStatus === "Cancelled");
  expect((await executionsOf(id))[0]).toMatchObject({ AutomationExecutionStatus: "Cancelled" });
});

test("the time scale is set while an execution waits, and a script that begins then has it", async () => {
  emulator.clock.setTimeScale(0);
  const nap = script("nap", ["time.sleep(500)", "return 1"]);
  const id = await start(ssm, await create(ssm, [sleep("first", "PT1H"), nap]));
  await until(async () => stepOf(await get(ssm, id), "first").StepStatus === "InProgress");
  emulator.clock.setTimeScale(10_000);
  await emulator.engine.settled(id);
  expect(states(await get(ssm, id))).toEqual({ first: "Success", nap: "Success" });
});

test("an image on its way is there when the time has been advanced", async () => {
  const ec2 = new EC2Client(clientConfig(emulator, account));
  await emulator.settings({ imageDelay: 3600 }, account);
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: await anyImage(ec2), MinCount: 1, MaxCount: 1 }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? "";
  const { ImageId = "" } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "copy" }));
  const state = async () =>
    (await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).Images?.[0]?.State;
  expect(await state()).toBe("pending");
  await emulator.clock.advance(3500);
  expect(await state()).toBe("pending");
  await emulator.clock.advance(101);
  expect(await state()).toBe("available");
});

async function executionsOf(parent = "") {
  const answer = await ssm.send(
    new DescribeAutomationExecutionsCommand({
      Filters: [{ Key: "ParentExecutionId", Values: [parent] }],
    }),
  );
  return answer.AutomationExecutionMetadataList ?? [];
}

async function anyImage(ec2: EC2Client): Promise<string> {
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  return Images?.[0]?.ImageId ?? "";
}

test("a step sees the date at which it begins, not that of the execution's start", async () => {
  const note = (name: string): Step => ({
    name,
    action: "aws:updateVariable",
    inputs: { Name: `variable:${name}`, Value: "{{ global:DATE }} {{ global:DATE_TIME }}" },
  });
  const hold: Step = { name: "hold", action: "aws:pause", inputs: {} };
  const variables = { before: { type: "String" }, after: { type: "String" } };
  const document = await create(ssm, [note("before"), hold, note("after")], { variables });
  const id = await start(ssm, document);
  await until(async () => (await get(ssm, id)).AutomationExecutionStatus === "Waiting");
  await emulator.clock.advance(86_400);
  const Payload = { StepName: ["hold"] };
  await ssm.send(
    new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: "Resume", Payload }),
  );
  await emulator.engine.settled(id);
  const { Variables = {} } = await get(ssm, id);
  const day = (name: string): number => Date.parse(Variables[name]?.[0]?.split(" ")[0] ?? "");
  expect(day("after") - day("before")).toBeGreaterThanOrEqual(86_400_000);
  expect(Variables.after?.[0]).toMatch(/^(\S+) \1_\d\d\.\d\d\.\d\d$/);
});
