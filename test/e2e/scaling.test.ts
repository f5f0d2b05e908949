import {
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DetachInstancesCommand,
  EnterStandbyCommand,
} from "@aws-sdk/client-auto-scaling";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type Emulator, startEmulator } from "automation-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  groupState,
  lifecycleState,
  makeAutoScalingGroup,
  memberWorld,
  resize,
  type Sizes,
} from "../world/asg.ts";
import { section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

/** A member of a group of these sizes, in an account of its own. */
async function member(sizes: Sizes): Promise<{ world: World; others: readonly World[] }> {
  const world = await makeWorld(emulator);
  const group = await makeAutoScalingGroup(world, sizes);
  const members = await Promise.all(
    group.instanceIds.map((_, index) => memberWorld(world, group, index)),
  );
  const [first, ...others] = members;
  if (first === undefined) throw new Error("The group has no instance.");
  return { world: first, others };
}

/** What is left of a containment after a release, but for the backup. */
async function left(
  world: World,
  before: Awaited<ReturnType<World["snapshot"]>>,
): Promise<readonly string[]> {
  const all = differences(before, await world.snapshot());
  return all.filter((line) => !line.startsWith(`buckets ${world.bucket} versions`));
}

const scalingCalls = (id: string): string[] =>
  emulator.calls
    .mutating({ executionId: id })
    .filter((call) => call.service === "autoscaling")
    .map((call) => call.operation);

test.concurrent("item 3: InService goes to Standby with the desired capacity lowered, and MinSize left where it need not change", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  const before = await world.snapshot();
  const contained = await world.contain({ TagIdentifier: "Key=Case,Value=4711" });
  expect(contained.status, contained.failure).toBe("Success");
  expect(await groupState(world)).toMatchObject({ min: 1, max: 3, desired: 1 });
  expect(await lifecycleState(world, world.instanceId)).toBe("Standby");
  expect(scalingCalls(contained.id)).toEqual(["CreateOrUpdateTags", "EnterStandby"]);
  const ran = contained.steps.map((step) => step.name);
  expect(ran.indexOf("describeAutoScalingGroups")).toBeLessThan(
    ran.indexOf("modifyAutoScalingGroup"),
  );
  expect(ran.indexOf("modifyAutoScalingGroup")).toBeLessThan(
    ran.indexOf("createAllAccessSecurityGroup"),
  );
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(world, before)).toEqual([]);
});

test.concurrent("item 3: MinSize is lowered by one when it must be, both are in the backup first, and Release restores them in the order that works within MaxSize", async () => {
  const { world } = await member({ min: 2, max: 2, desired: 2 });
  const before = await world.snapshot();
  const contained = await world.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(await groupState(world)).toMatchObject({ min: 1, max: 2, desired: 1 });
  expect(scalingCalls(contained.id)).toEqual([
    "CreateOrUpdateTags",
    "UpdateAutoScalingGroup",
    "EnterStandby",
  ]);
  const calls = emulator.calls.of({ executionId: contained.id }).map((call) => call.operation);
  expect(calls.indexOf("PutObject")).toBeLessThan(calls.indexOf("UpdateAutoScalingGroup"));
  const key = backupKey(contained);
  const kept = await world.s3.send(new GetObjectCommand({ Bucket: world.bucket, Key: key }));
  expect(JSON.parse((await kept.Body?.transformToString()) ?? "")).toMatchObject({
    AutoScaling: {
      AutoScalingGroupName: "fleet",
      LifecycleState: "InService",
      MinSize: 2,
      MaxSize: 2,
      DesiredCapacity: 2,
    },
  });
  const released = await world.release(key);
  expect(released.status, released.failure).toBe("Success");
  expect(scalingCalls(released.id)).toEqual([
    "ExitStandby",
    "UpdateAutoScalingGroup",
    "DeleteTags",
  ]);
  expect(await left(world, before)).toEqual([]);
});

test.concurrent("item 3: two members of one group are contained, and released in either order, without a loss of MinSize", async () => {
  const { world, others } = await member({ min: 2, max: 2, desired: 2 });
  const [other] = others;
  if (other === undefined) throw new Error("The group has one instance only.");
  const before = await world.snapshot();
  const first = backupKey(await world.contain());
  const second = backupKey(await other.contain());
  expect(await groupState(world)).toMatchObject({ min: 0, desired: 0 });
  expect((await world.release(first)).status).toBe("Success");
  expect(await groupState(world)).toMatchObject({ min: 1, desired: 1 });
  const last = await other.release(second);
  expect(last.status, last.failure).toBe("Success");
  expect(await groupState(world)).toMatchObject({ min: 2, desired: 2 });
  expect(await left(world, before)).toEqual([]);
});

test.concurrent("item 3: an instance in Standby already is left there, by Contain and by Release", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  await world.autoscaling.send(
    new EnterStandbyCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [world.instanceId],
      ShouldDecrementDesiredCapacity: true,
    }),
  );
  const before = await world.snapshot();
  const contained = await world.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(scalingCalls(contained.id)).toEqual([]);
  expect(await lifecycleState(world, world.instanceId)).toBe("Standby");
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(scalingCalls(released.id)).toEqual([]);
  expect(await left(world, before)).toEqual([]);
});

test.concurrent("item 3: Pending, Terminating, warmed and other states get a clear refusal before any change", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  for (const state of [
    ...["Pending", "Pending:Wait", "Terminating", "Terminating:Wait", "Detaching"],
    ...["Warmed:Pending", "Warmed:Running", "Warmed:Stopped", "Warmed:Hibernated"],
  ]) {
    await emulator.settings({ lifecycleStates: { [world.instanceId]: state } }, world.accountId);
    const run = await world.contain();
    expect(run.status, state).toBe("Failed");
    expect(run.steps.at(-1)?.name).toBe("getAutoScalingInstanceInfo");
    expect(run.failure).toContain(
      `${world.instanceId} is ${state} in the Auto Scaling group fleet`,
    );
    expect(run.failure).toContain("Nothing was changed");
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  }
});

test.concurrent("item 3: the run does not wait for the load balancer to drain, isolates, and warns that Standby is still to come", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  await emulator.settings({ drainSeconds: 600 }, world.accountId);
  const contained = await world.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(await lifecycleState(world, world.instanceId)).toBe("EnteringStandby");
  expect(section(contained, "Warnings").join()).toContain("draining connections");
  expect(section(contained, "Interfaces")[0]).toContain("contained;");
  expect(section(contained, "Auto Scaling")[0]).toContain("now EnteringStandby");
});

test.concurrent("item 3: Release copes with a group that is gone: it reports and restores the rest", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await world.contain();
  await resize(world, { min: 0 });
  await world.autoscaling.send(
    new DetachInstancesCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [world.instanceId],
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  await world.autoscaling.send(
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: "fleet", ForceDelete: true }),
  );
  const released = await world.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(released, "What can't be restored").join()).toContain("fleet is gone");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
});

test.concurrent("item 3: Release copes with an instance that was detached meanwhile", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await world.contain();
  await world.autoscaling.send(
    new DetachInstancesCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [world.instanceId],
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  const released = await world.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(released.report).toContain("not in the group");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
});

test.concurrent("item 3: Release within a MaxSize that was lowered meanwhile restores the rest, and names the command for later", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await world.contain();
  await resize(world, { max: 1 });
  const released = await world.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  const problem = section(released, "What can't be restored").join();
  expect(problem).toContain("MaxSize 1");
  expect(problem).toContain("aws autoscaling exit-standby");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
  // With room again, the same Release finishes.
  await resize(world, { max: 3 });
  const again = await world.release(backupKey(contained));
  expect(again.status, again.failure).toBe("Success");
  expect(await groupState(world)).toMatchObject({ min: 1, desired: 2, tags: {} });
});

test.concurrent("item 3: a MinSize that somebody changed meanwhile stays and is reported", async () => {
  const { world } = await member({ min: 3, max: 4, desired: 3 });
  const contained = await world.contain();
  expect(await groupState(world)).toMatchObject({ min: 2 });
  await resize(world, { min: 1 });
  const released = await world.release(backupKey(contained));
  expect(await groupState(world)).toMatchObject({ min: 1, desired: 3 });
  expect(section(released, "What can't be restored").join()).toContain(
    "MinSize of fleet was set to 1 meanwhile",
  );
});

test.concurrent("item 5: a tag of the group's own under TagIdentifier's key gets its value back", async () => {
  const { world } = await member({ min: 1, max: 3, desired: 2 });
  await world.autoscaling.send(
    new CreateOrUpdateTagsCommand({
      Tags: [
        {
          ResourceId: "fleet",
          ResourceType: "auto-scaling-group",
          Key: "Case",
          Value: "older",
          PropagateAtLaunch: false,
        },
      ],
    }),
  );
  const before = await world.snapshot();
  const contained = await world.contain({ TagIdentifier: "Key=Case,Value=4711" });
  expect((await groupState(world)).tags).toMatchObject({ Case: "4711" });
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(world, before)).toEqual([]);
});

/** Sets the group's marker of a contained instance to another backup's, or takes it away. */
async function changeMarker(world: World, value: string | undefined): Promise<void> {
  const tag = {
    ResourceId: "fleet",
    ResourceType: "auto-scaling-group",
    Key: `ContainEC2Instance:${world.instanceId}`,
  };
  await world.autoscaling.send(
    value === undefined
      ? new DeleteTagsCommand({ Tags: [tag] })
      : new CreateOrUpdateTagsCommand({
          Tags: [{ ...tag, Value: value, PropagateAtLaunch: false }],
        }),
  );
}

test.concurrent.each([
  [
    "of two runs at once the other had the last word on the group's marker",
    "s3://other/2026/01/01/00/00/00000000-0000-4000-8000-000000000000.json",
  ],
  ["somebody took the group's marker away", undefined],
])("item 3: %s, and Release still brings the instance back into service", async (_, value) => {
  const { world } = await member({ min: 2, max: 3, desired: 2 });
  const before = await world.snapshot();
  const contained = await world.contain();
  expect(contained.status, contained.failure).toBe("Success");
  await changeMarker(world, value);
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(world, before)).toEqual([]);
  const again = await world.release(backupKey(contained));
  expect(again.report).toContain("RELEASED BEFORE, nothing was changed");
});
