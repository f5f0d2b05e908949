import {
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DetachInstancesCommand,
  EnterStandbyCommand,
} from "@aws-sdk/client-auto-scaling";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import {
  groupState,
  lifecycleState,
  makeAutoScalingGroup,
  memberTestAccount,
  resize,
  type Sizes,
} from "../account/asg.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { section } from "../account/run.ts";
import { expectIsolated, left } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

/** A member of a group of these sizes, in an account of its own. */
async function member(
  sizes: Sizes,
): Promise<{ testAccount: TestAccount; others: readonly TestAccount[] }> {
  const testAccount = await makeTestAccount(emulator);
  const group = await makeAutoScalingGroup(testAccount, sizes);
  const members = await Promise.all(
    group.instanceIds.map((_, index) => memberTestAccount(testAccount, group, index)),
  );
  const [first, ...others] = members;
  if (first === undefined) throw new Error("The group has no instance.");
  return { testAccount: first, others };
}

const scalingCalls = (id: string): string[] =>
  emulator.calls
    .mutating({ executionId: id })
    .filter((call) => call.service === "autoscaling")
    .map((call) => call.operation);

test.concurrent("InService goes to Standby with the desired capacity lowered, and MinSize left where it need not change", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain({ TagIdentifier: "Key=Case,Value=4711" });
  expect(contained.status, contained.failure).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: 1, max: 3, desired: 1 });
  expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
  expect(scalingCalls(contained.id)).toEqual(["CreateOrUpdateTags", "EnterStandby"]);
  const ran = contained.steps.map((step) => step.name);
  expect(ran.indexOf("describeAutoScalingGroups")).toBeLessThan(
    ran.indexOf("modifyAutoScalingGroup"),
  );
  expect(ran.indexOf("modifyAutoScalingGroup")).toBeLessThan(
    ran.indexOf("createAllAccessSecurityGroup"),
  );
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(testAccount, before)).toEqual([]);
});

test.concurrent("MinSize is lowered by one when it must be, both are in the backup first, and Release restores them in the order that works within MaxSize", async () => {
  const { testAccount } = await member({ min: 2, max: 2, desired: 2 });
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: 1, max: 2, desired: 1 });
  expect(scalingCalls(contained.id)).toEqual([
    "CreateOrUpdateTags",
    "UpdateAutoScalingGroup",
    "EnterStandby",
  ]);
  const calls = emulator.calls.of({ executionId: contained.id }).map((call) => call.operation);
  expect(calls.indexOf("PutObject")).toBeLessThan(calls.indexOf("UpdateAutoScalingGroup"));
  const key = backupKey(contained);
  const kept = await testAccount.s3.send(
    new GetObjectCommand({ Bucket: testAccount.bucket, Key: key }),
  );
  expect(JSON.parse((await kept.Body?.transformToString()) ?? "")).toMatchObject({
    AutoScaling: {
      Name: "fleet",
      State: "InService",
      MinSize: 2,
      MaxSize: 2,
      DesiredCapacity: 2,
    },
  });
  const released = await testAccount.release(key);
  expect(released.status, released.failure).toBe("Success");
  expect(scalingCalls(released.id)).toEqual([
    "ExitStandby",
    "UpdateAutoScalingGroup",
    "DeleteTags",
  ]);
  expect(await left(testAccount, before)).toEqual([]);
});

test.concurrent("two members of one group are contained, and released in either order, without a loss of MinSize", async () => {
  const { testAccount, others } = await member({ min: 2, max: 2, desired: 2 });
  const [other] = others;
  if (other === undefined) throw new Error("The group has one instance only.");
  const before = await testAccount.snapshot();
  const first = backupKey(await testAccount.contain());
  const second = backupKey(await other.contain());
  expect(await groupState(testAccount)).toMatchObject({ min: 0, desired: 0 });
  expect((await testAccount.release(first)).status).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: 1, desired: 1 });
  const last = await other.release(second);
  expect(last.status, last.failure).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: 2, desired: 2 });
  expect(await left(testAccount, before)).toEqual([]);
});

test.concurrent("an instance in Standby already is left there, by Contain and by Release", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  await testAccount.autoscaling.send(
    new EnterStandbyCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [testAccount.instanceId],
      ShouldDecrementDesiredCapacity: true,
    }),
  );
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(scalingCalls(contained.id)).toEqual([]);
  expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(scalingCalls(released.id)).toEqual([]);
  expect(await left(testAccount, before)).toEqual([]);
});

test.concurrent("the run does not wait for the load balancer to drain, isolates, and warns that Standby is still to come", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  await emulator.settings({ drainSeconds: 600 }, testAccount.accountId);
  const contained = await testAccount.contain();
  expect(contained.status, contained.failure).toBe("Success");
  expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("EnteringStandby");
  expect(section(contained, "Warnings").join()).toContain("EnteringStandby, not in Standby");
  expect(section(contained, "Interfaces")[0]).toContain("contained;");
  expect(section(contained, "Auto Scaling")[0]).toContain("now EnteringStandby");
});

test.concurrent("Release copes with a group that is gone: it reports and restores the rest", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await testAccount.contain();
  await resize(testAccount, { min: 0 });
  await testAccount.autoscaling.send(
    new DetachInstancesCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [testAccount.instanceId],
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  await testAccount.autoscaling.send(
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: "fleet", ForceDelete: true }),
  );
  const released = await testAccount.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(released, "What failed").join()).toContain("No way back into service: fleet");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
});

test.concurrent("Release copes with an instance that was detached meanwhile", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await testAccount.contain();
  await testAccount.autoscaling.send(
    new DetachInstancesCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: [testAccount.instanceId],
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  const released = await testAccount.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(released, "What failed").join()).toContain("No way back into service: fleet");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
});

test.concurrent("Release within a MaxSize that was lowered meanwhile restores the rest, and Release again finishes it", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  const contained = await testAccount.contain();
  await resize(testAccount, { max: 1 });
  const released = await testAccount.release(backupKey(contained));
  expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(released, "What failed").join()).toContain("MaxSize 1");
  for (const line of section(released, "Interfaces")) expect(line).toContain("as before");
  // With room again, the same Release finishes.
  await resize(testAccount, { max: 3 });
  const again = await testAccount.release(backupKey(contained));
  expect(again.status, again.failure).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: 1, desired: 2, tags: {} });
});

test.concurrent.each([
  ["raised", 3, 3],
  ["lowered", 0, 0],
])("a MinSize that its owner has %s during the containment stays", async (_, min, then) => {
  const { testAccount } = await member({ min: 2, max: 4, desired: 2 });
  const contained = await testAccount.contain();
  expect(await groupState(testAccount)).toMatchObject({ min: 1 });
  await resize(testAccount, { min, ...(min > 1 && { desired: min }) });
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.report).toBe("Success");
  expect(await groupState(testAccount)).toMatchObject({ min: then, tags: {} });
});

test.concurrent("a stale or forged note of MinSize on the group makes no release lower or raise it", async () => {
  const { testAccount } = await member({ min: 1, max: 4, desired: 3 });
  const before = await testAccount.snapshot();
  for (const Value of ["9/1", "0/1", "x"]) {
    const contained = await testAccount.contain();
    const tag = { ResourceId: "fleet", ResourceType: "auto-scaling-group" };
    await testAccount.autoscaling.send(
      new CreateOrUpdateTagsCommand({
        Tags: [{ ...tag, Key: "ContainEC2Instance:MinSize", Value, PropagateAtLaunch: false }],
      }),
    );
    const released = await testAccount.release(backupKey(contained));
    expect(released.status, released.report).toBe("Success");
    expect(await left(testAccount, before)).toEqual([]);
  }
});

test.concurrent("three members are contained and released in the order in which they came, or the other way round, and MinSize is what it was", async () => {
  const { testAccount, others } = await member({ min: 3, max: 3, desired: 3 });
  const members = [testAccount, ...others];
  const before = await testAccount.snapshot();
  for (const order of [(all: TestAccount[]) => all, (all: TestAccount[]) => all.toReversed()]) {
    const keys = new Map<TestAccount, string>();
    for (const one of members) keys.set(one, backupKey(await one.contain()));
    expect(await groupState(testAccount)).toMatchObject({ min: 0, desired: 0 });
    for (const one of order(members)) {
      const released = await one.release(keys.get(one) ?? "");
      expect(released.status, released.report).toBe("Success");
      keys.delete(one);
      for (const other of keys.keys()) await expectIsolated(other);
    }
    expect(await left(testAccount, before)).toEqual([]);
  }
});

test.concurrent("a tag of the group's own under TagIdentifier's key is never touched", async () => {
  const { testAccount } = await member({ min: 1, max: 3, desired: 2 });
  const tag = { ResourceId: "fleet", ResourceType: "auto-scaling-group", PropagateAtLaunch: false };
  await testAccount.autoscaling.send(
    new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Key: "Case", Value: "older" }] }),
  );
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain({ TagIdentifier: "Key=Case,Value=4711" });
  expect((await groupState(testAccount)).tags).toMatchObject({ Case: "older" });
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(testAccount, before)).toEqual([]);
});

/** Sets the group's marker of a contained instance to another backup's, or takes it away. */
async function changeMarker(testAccount: TestAccount, value: string | undefined): Promise<void> {
  const tag = {
    ResourceId: "fleet",
    ResourceType: "auto-scaling-group",
    Key: `ContainEC2Instance:${testAccount.instanceId}`,
  };
  await testAccount.autoscaling.send(
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
])("%s, and Release still brings the instance back into service", async (_, value) => {
  const { testAccount } = await member({ min: 2, max: 3, desired: 2 });
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain();
  expect(contained.status, contained.failure).toBe("Success");
  await changeMarker(testAccount, value);
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  expect(await left(testAccount, before)).toEqual([]);
  const again = await testAccount.release(backupKey(contained));
  expect(again.report).toContain("RELEASED BEFORE, nothing was changed");
});
