import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface, runInstance } from "automation-emulator/sample/account";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { backupKey, makeWorld, type World, withInstance } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

/** Contains and releases: both succeed, and nothing is left but the backup. */
async function thereAndBack(
  world: World,
  parameters: Parameters<World["contain"]>[0] = {},
): Promise<void> {
  const before = await world.snapshot();
  const contained = await world.contain(parameters);
  expect(contained.status, contained.failure).toBe("Success");
  for (const line of section(contained, "Interfaces")) expect(line).toContain(": contained;");
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  const left = differences(before, await world.snapshot());
  expect(
    left.filter((line) => !/^(?:buckets \S+ versions|images|snapshots|volumes)\b/.test(line)),
  ).toEqual([]);
}

const groupCount = async (world: World): Promise<number> =>
  (await world.ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.length ?? 0;

test.concurrent.each([0, 1])(
  "item 8, invariant 3: with room for %i group the quota stops the run before the instance is opened",
  async (room) => {
    const world = await makeWorld(emulator);
    const before = (await world.snapshot()).network;
    await emulator.settings({ groupQuota: (await groupCount(world)) + room }, world.accountId);
    const failed = await world.contain();
    expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
    expect(section(failed, "What failed").join()).toContain("SecurityGroupLimitExceeded");
    expect(failed.report).toContain("the instance is NOT isolated");
    expect(differences(before ?? "", (await world.snapshot()).network ?? "")).toEqual([]);
    // With room again it goes on.
    await emulator.settings({ groupQuota: 2500 }, world.accountId);
    expect((await world.contain()).status).toBe("Success");
  },
);

test.concurrent("item 8: five groups on an interface are given back, all five", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const five = [...Object.values(world.network.groups)];
  for (const GroupName of ["four", "five"]) {
    const made = await world.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description: GroupName,
        VpcId: world.network.vpcId,
      }),
    );
    five.push(made.GroupId ?? "");
  }
  await attachInterface(world.ec2, world.instanceId, world.network.subnetId, five, 1);
  await thereAndBack(world);
});

test.concurrent("item 8: an interface that a service manages is reported; the others are isolated", async () => {
  const world = await makeWorld(emulator);
  const [managed = "", ...others] = world.interfaceIds;
  await emulator.settings({ requesterManaged: [managed] }, world.accountId);
  const failed = await world.contain();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("is only PARTLY isolated");
  expect(section(failed, "What failed").join()).toContain(managed);
  const lines = section(failed, "Interfaces");
  for (const id of others)
    expect(lines.find((line) => line.startsWith(id))).toContain(": contained;");
  expect(lines.find((line) => line.startsWith(managed))).toContain(": as before;");
  const released = await world.release(backupKey(failed));
  expect(released.status, released.failure).toBe("Success");
});

test.concurrent("item 8: a stopped instance is contained and released", async () => {
  const world = await makeWorld(emulator);
  await world.ec2.send(new StopInstancesCommand({ InstanceIds: [world.instanceId] }));
  await thereAndBack(world);
});

test.concurrent("item 8: a terminated instance, and one that does not exist, are refused", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const nobody = await world.contain({ InstanceId: "i-0123456789abcdef0" });
  await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [world.instanceId] }));
  for (const run of [nobody, await world.contain()]) {
    expect(run.status).toBe("Failed");
    expect(run.steps.at(-1)?.name).toBe("assertInstanceIsNotTerminated");
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  }
});

test.concurrent("item 8: an instance in the default VPC, without IPv6", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const images = await world.ec2.send(
    new DescribeImagesCommand({ Owners: ["amazon"], MaxResults: 5 }),
  );
  const run = await world.ec2.send(
    new RunInstancesCommand({
      ImageId: images.Images?.[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  await thereAndBack(withInstance(world, run.Instances?.[0]?.InstanceId ?? ""));
});

test.concurrent("item 8: two interfaces in different subnets", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]], ipv6: false });
  const { vpcId } = world.network;
  const made = await world.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.2.0/24" }),
  );
  const { db = "" } = world.network.groups;
  await attachInterface(world.ec2, world.instanceId, made.Subnet?.SubnetId ?? "", [db], 1);
  await thereAndBack(world);
});

test.concurrent("item 8: another instance of the account is not touched", async () => {
  const world = await makeWorld(emulator);
  const { web = "" } = world.network.groups;
  const other = await runInstance(world.ec2, world.network.subnetId, [[web]]);
  const tell = async (): Promise<unknown> => {
    const found = await world.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [other.instanceId] }),
    );
    const one = found.Reservations?.[0]?.Instances?.[0];
    return [one?.SecurityGroups, one?.Tags, one?.State];
  };
  const before = await tell();
  expect((await world.contain()).status).toBe("Success");
  expect(await tell()).toEqual(before);
});

test.concurrent("item 8: throttling on any call, each once, is retried inside the scripts", async () => {
  const alone = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
  const group = await makeAutoScalingGroup(alone, { min: 2, max: 2, desired: 2 });
  const world = await memberWorld(alone, group);
  const seen = new Set<string>();
  const stop = emulator.faults.add({
    match: {
      accountId: world.accountId,
      automationOnly: true,
      predicate: ({ executionId, step, operation }) => {
        const one = `${executionId} ${step} ${operation}`;
        if (seen.has(one)) return false;
        seen.add(one);
        return true;
      },
    },
    kind: { throttle: true },
  });
  await thereAndBack(world, { CreateAMIBackup: "true", TagIdentifier: "Key=Case,Value=4711" });
  stop();
  expect(seen.size).toBeGreaterThan(50);
});

test.concurrent("item 8: a group that was made a moment ago and is not found yet is waited for", async () => {
  const world = await makeWorld(emulator);
  await emulator.settings({ groupHiddenCalls: 3 }, world.accountId);
  await thereAndBack(world);
});
