import { CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { type SSMClient, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
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
    expect(emulator.calls.of({ executionId: id, step: "make" })).toMatchObject([
      { operation: "CreateVpc", outcome: "fault", status: 0 },
    ]);
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
