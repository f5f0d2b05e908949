import { CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { type SSMClient, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultKind } from "../../src/gateway/faults.ts";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { isRunning } from "../workers/harness.ts";
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
  until,
} from "./harness.ts";

let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 200 });
  ssm = ssmOf(emulator, "111122223333");
});
afterAll(() => emulator.close());
afterEach(() => emulator.faults.clear());

const begin = async (...steps: Step[]): Promise<string> => start(ssm, await create(ssm, steps));

const stop = (id: string, Type: "Cancel" | "Complete") =>
  ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type }));

/** Says its process id to the emulator, and then computes for ever. */
const busy = (name: string, rest: object = {}): Step =>
  script(
    name,
    [
      "pid = str(os.getpid())",
      "boto3.client('ec2').describe_vpcs(Filters=[{'Name': 'tag:pid', 'Values': [pid]}])",
      "while True: pass",
    ],
    rest,
  );

/** The process id of a busy step, once it has said it. */
async function pidOf(id: string, step: string, where: Emulator = emulator): Promise<number> {
  const said = () => JSON.stringify(where.calls.of({ executionId: id, step })[0]?.parameters ?? "");
  await until(() => said().includes("tag:pid"));
  return Number(/"Values":\["(\d+)"\]/.exec(said())?.[1]);
}

describe("Cancel", () => {
  test("ends the step under way and its process", async () => {
    const id = await begin(busy("busy"), pass("after"));
    const pid = await pidOf(id, "busy");
    await stop(id, "Cancel");
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ busy: "Cancelled" });
    await until(() => !isRunning(pid));
  });

  test("goes the way of onCancel to its end", async () => {
    const id = await begin(
      busy("busy", { onCancel: "step:clean" }),
      pass("never"),
      script("clean", ["time.sleep(60)"]),
      script("report", ["return 1"], { isEnd: true }),
      pass("neither"),
    );
    await pidOf(id, "busy");
    await stop(id, "Cancel");
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Cancelling");
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ busy: "Cancelled", clean: "Success", report: "Success" });
  });

  test("gives that way two minutes", async () => {
    const id = await begin(
      busy("busy", { onCancel: "step:slow" }),
      script("slow", ["time.sleep(121)"]),
      pass("after"),
    );
    const pid = await pidOf(id, "busy");
    await stop(id, "Cancel");
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ busy: "Cancelled", slow: "TimedOut" });
    await until(() => !isRunning(pid));
  });

  test("lets no such action stand on that way as aws:sleep", async () => {
    const id = await begin(busy("busy", { onCancel: "step:nap" }), pass("nap"));
    await pidOf(id, "busy");
    await stop(id, "Cancel");
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(states(execution)).toEqual({ busy: "Cancelled", nap: "Failed" });
    expect(execution.StepExecutions?.[1]?.FailureMessage).toContain("onCancel");
  });

  test("is refused for an execution that has ended", async () => {
    const id = await begin(pass("a"));
    await emulator.engine.settled(id);
    await expect(stop(id, "Cancel")).rejects.toMatchObject({
      name: "InvalidAutomationStatusUpdateException",
    });
  });

  test("ends an execution that goes in circles, which keeps no other from its turn", async () => {
    const choice = { NextStep: "circle", Variable: "a", StringEquals: "a" };
    const id = await begin({ name: "circle", action: "aws:branch", inputs: { Choices: [choice] } });
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("InProgress");
    await stop(id, "Cancel");
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Cancelled");
  });

  test("comes with a fault, before or after the effect of a call", async () => {
    for (const side of ["before", "after"] as const) {
      emulator.faults.add({ match: { step: "busy" }, kind: { cancel: side } });
      const id = await begin(
        busy("busy", { onCancel: "step:clean" }),
        script("clean", [`return '${side}'`]),
      );
      await emulator.engine.settled(id);
      expect(states(await get(ssm, id))).toEqual({ busy: "Cancelled", clean: "Success" });
      emulator.faults.clear();
    }
  });
});

test("Complete lets the step under way end and stops then", async () => {
  const lines = [
    "ec2 = boto3.client('ec2')",
    "filters = [{'Name': 'cidr', 'Values': ['10.8.0.0/16']}]",
    "while not ec2.describe_vpcs(Filters=filters)['Vpcs']: time.sleep(1)",
  ];
  const id = await begin(script("slow", lines), pass("after"));
  await until(() => emulator.calls.of({ executionId: id, step: "slow" }).length > 0);
  await stop(id, "Complete");
  const ec2 = new EC2Client(clientConfig(emulator, "111122223333"));
  await ec2.send(new CreateVpcCommand({ CidrBlock: "10.8.0.0/16" }));
  await emulator.engine.settled(id);
  const execution = await get(ssm, id);
  expect(execution.AutomationExecutionStatus).toBe("Success");
  expect(states(execution)).toEqual({ slow: "Success" });
});

describe("a fault at a step", () => {
  const meet = async (): Promise<readonly [unknown, object]> => {
    const id = await begin(
      ...["one", "two", "three"].map((name) =>
        script(name, ["return 1"], { onCancel: "step:clean" }),
      ),
      script("end", ["return 1"], { isEnd: true }),
      script("clean", ["return 1"]),
    );
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    return [execution.AutomationExecutionStatus, states(execution)];
  };
  const done = (...names: string[]) => Object.fromEntries(names.map((name) => [name, "Success"]));

  test.each<[FaultKind, string, object]>([
    [{ cancel: "before" }, "Cancelled", { ...done("one", "clean"), two: "Cancelled" }],
    [{ cancel: "after" }, "Cancelled", { ...done("one", "two", "clean"), three: "Cancelled" }],
    [{ complete: "before" }, "Success", done("one")],
    [{ complete: "after" }, "Success", done("one", "two")],
    [{ kill: "before" }, "Failed", done("one")],
    [{ kill: "after" }, "Failed", done("one", "two")],
  ])("ends the execution exactly there: %j", async (kind, status, expected) => {
    emulator.faults.add({ match: { event: "step", step: "two", accountId: "111122223333" }, kind });
    expect(await meet()).toEqual([status, expected]);
  });

  test("counts its own side only, and meets no call", async () => {
    const match = { event: "step", nth: 2 } as const;
    emulator.faults.add({ match, kind: { complete: "after" } });
    expect(await meet()).toEqual(["Success", done("one", "two")]);
  });
});

test.each(["before", "after"] as const)("Complete comes with a fault %s a call", async (side) => {
  emulator.faults.add({
    match: { operation: "DescribeVpcs", automationOnly: true },
    kind: { complete: side },
  });
  const lines = ["boto3.client('ec2').describe_vpcs()"];
  const id = await begin(script("reads", lines), pass("after"));
  await emulator.engine.settled(id);
  const execution = await get(ssm, id);
  expect(execution.AutomationExecutionStatus).toBe("Success");
  expect(states(execution)).toEqual({ reads: "Success" });
});

describe("kill", () => {
  test("ends everything at once: no onFailure, no onCancel, no further call", async () => {
    const id = await begin(
      busy("busy", { onFailure: "step:clean", onCancel: "step:clean", maxAttempts: 3 }),
      script("clean", ["boto3.client('ec2').describe_vpcs()"]),
    );
    const pid = await pidOf(id, "busy");
    emulator.engine.kill(id);
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ busy: "Failed" });
    expect(emulator.calls.of({ executionId: id, step: "busy" })).toHaveLength(1);
    await until(() => !isRunning(pid));
  });

  test("also ends the way of onCancel", async () => {
    const id = await begin(busy("one", { onCancel: "step:two" }), busy("two"));
    await pidOf(id, "one");
    await stop(id, "Cancel");
    const pid = await pidOf(id, "two");
    emulator.engine.kill(id);
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).AutomationExecutionStatus).toBe("Failed");
    await until(() => !isRunning(pid));
  });

  test("comes with a fault, and the call before which it comes has no effect", async () => {
    const lines = ["ec2 = boto3.client('ec2')", "ec2.create_vpc(CidrBlock='10.9.0.0/16')"];
    const match = { step: "make", operation: "CreateVpc" };
    emulator.faults.add({ match, kind: { kill: "before" } });
    const id = await begin(script("make", lines), pass("after"));
    await emulator.engine.settled(id);
    expect(states(await get(ssm, id))).toEqual({ make: "Failed" });
    // The call is noted when its caller is gone, which may be after the execution's end.
    await until(() => emulator.calls.of({ executionId: id, step: "make" }).length > 0);
    expect(emulator.calls.of({ executionId: id, step: "make" })).toMatchObject([
      { operation: "CreateVpc", outcome: "fault", status: 0 },
    ]);
  });
});

describe("a script whose step is over, with cancelledScripts runOn,", () => {
  let other: Emulator;
  let client: SSMClient;
  beforeAll(async () => {
    other = await startEmulator({ timeScale: 200, cancelledScripts: "runOn" });
    client = ssmOf(other, "111122223333");
  });
  afterAll(() => other.close());

  /** Makes one VPC at once, and a second one when the step "clean" has made its own. */
  const slow = (rest: object): Step =>
    script(
      "slow",
      [
        "ec2 = boto3.client('ec2')",
        "ec2.create_vpc(CidrBlock='10.1.0.0/16')",
        "filters = [{'Name': 'cidr', 'Values': ['10.2.0.0/16']}]",
        "while not ec2.describe_vpcs(Filters=filters)['Vpcs']: time.sleep(1)",
        "ec2.create_vpc(CidrBlock='10.3.0.0/16')",
      ],
      rest,
    );
  const clean = script("clean", ["boto3.client('ec2').create_vpc(CidrBlock='10.2.0.0/16')"]);
  const made = (id: string): unknown[] =>
    other.calls
      .of({ executionId: id })
      .filter(({ operation }) => operation === "CreateVpc")
      .map(({ step, parameters }) => [step, parameters.CidrBlock]);
  const all = [
    ["slow", "10.1.0.0/16"],
    ["clean", "10.2.0.0/16"],
    ["slow", "10.3.0.0/16"],
  ];

  test("goes on to its end beside the path of onCancel", async () => {
    const id = await start(client, await create(client, [slow({ onCancel: "step:clean" }), clean]));
    await until(() => made(id).length > 0);
    await client.send(
      new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" }),
    );
    await other.engine.settled(id);
    expect(made(id)).toEqual(all);
    const execution = await get(client, id);
    expect(execution.AutomationExecutionStatus).toBe("Cancelled");
    expect(states(execution)).toEqual({ slow: "Cancelled", clean: "Success" });
  });

  test("goes on after the timeout of its step", async () => {
    const own = ssmOf(other, "444455556666");
    const step = slow({ timeoutSeconds: 60, onFailure: "step:clean" });
    const id = await start(own, await create(own, [step, clean]));
    await other.engine.settled(id);
    expect(made(id)).toEqual(all);
    const execution = await get(own, id);
    expect(execution.AutomationExecutionStatus).toBe("TimedOut");
    expect(states(execution)).toEqual({ slow: "TimedOut", clean: "Success" });
  });

  test("dies with its execution in a crash, and after ten minutes", async () => {
    const id = await start(client, await create(client, [busy("busy")]));
    const pid = await pidOf(id, "busy", other);
    other.engine.kill(id);
    await other.engine.settled(id);
    expect(isRunning(pid)).toBe(false);
    const sleeper = script("sleeper", ["while True: time.sleep(50)"], { timeoutSeconds: 5 });
    const second = await start(client, await create(client, [sleeper]));
    await other.engine.settled(second);
    expect(states(await get(client, second))).toEqual({ sleeper: "TimedOut" });
  });
});

test("an emulator that is closed leaves no process of a step behind", async () => {
  const other = await startEmulator();
  const client = ssmOf(other, "111122223333");
  const id = await start(client, await create(client, [busy("busy")]));
  const pid = await pidOf(id, "busy", other);
  expect(isRunning(pid)).toBe(true);
  await other.close();
  await until(() => !isRunning(pid));
});
