import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface, runInstance } from "automation-emulator/sample/account";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { expectIsolated } from "../world/state.ts";
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

test.concurrent("without room for a group the instance is left as it was, and Contain again goes on", async () => {
  const world = await makeWorld(emulator);
  const before = (await world.snapshot()).network;
  await emulator.settings({ groupQuota: await groupCount(world) }, world.accountId);
  const failed = await world.contain();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("SecurityGroupLimitExceeded");
  expect(failed.report).toContain("is NOT isolated");
  expect(differences(before ?? "", (await world.snapshot()).network ?? "")).toEqual([]);
  await emulator.settings({ groupQuota: 2500 }, world.accountId);
  expect((await world.contain()).status).toBe("Success");
});

test.concurrent("an EKS node with a trunk interface is isolated, and the report says that its pods with groups of their own are not cut", async () => {
  const world = await makeWorld(emulator);
  await emulator.settings({ trunkInterfaces: [world.interfaceIds[1] ?? ""] }, world.accountId);
  const run = await world.contain();
  expect(run.status, run.report).toBe("Success");
  expect(section(run, "Warnings").join()).toMatch(/Not cut: pods .* trunk interface/);
  await expectIsolated(world);
});

test.concurrent("five groups on an interface are given back, all five", async () => {
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

test.concurrent("an interface that a service manages is reported; the others are isolated", async () => {
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

test.concurrent("a stopped instance is contained and released", async () => {
  const world = await makeWorld(emulator);
  await world.ec2.send(new StopInstancesCommand({ InstanceIds: [world.instanceId] }));
  await thereAndBack(world);
});

test.concurrent("an instance in the default VPC, without IPv6", async () => {
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

test.concurrent("two interfaces in different subnets", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]], ipv6: false });
  const { vpcId } = world.network;
  const made = await world.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.2.0/24" }),
  );
  const { db = "" } = world.network.groups;
  await attachInterface(world.ec2, world.instanceId, made.Subnet?.SubnetId ?? "", [db], 1);
  await thereAndBack(world);
});

test.concurrent("another instance of the account is not touched", async () => {
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

test.concurrent("throttling on any call, each once, is retried inside the scripts", async () => {
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

test.concurrent("a group that was made a moment ago and is not found yet is waited for", async () => {
  const world = await makeWorld(emulator);
  await emulator.settings({ groupHiddenCalls: 3 }, world.accountId);
  await thereAndBack(world);
});
