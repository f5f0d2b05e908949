import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { attachInterface, runInstance } from "automation-emulator/sample/account";
import { expect, test } from "vitest";
import { makeAutoScalingGroup, memberTestAccount } from "../account/asg.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { section } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { expectIsolated } from "../account/state.ts";
import {
  backupKey,
  makeTestAccount,
  type TestAccount,
  withInstance,
} from "../account/testAccount.ts";

const emulator = await sharedEmulator();

/** Contains and releases: both succeed, and nothing is left but the backup. */
async function thereAndBack(
  testAccount: TestAccount,
  parameters: Parameters<TestAccount["contain"]>[0] = {},
): Promise<void> {
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain(parameters);
  expect(contained.status, contained.failure).toBe("Success");
  for (const line of section(contained, "Interfaces")) expect(line).toContain(": contained;");
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  const left = differences(before, await testAccount.snapshot());
  expect(
    left.filter((line) => !/^(?:buckets \S+ versions|images|snapshots|volumes)\b/.test(line)),
  ).toEqual([]);
}

const groupCount = async (testAccount: TestAccount): Promise<number> =>
  (await testAccount.ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.length ?? 0;

test.concurrent("without room for a group the instance is left as it was, and Contain again goes on", async () => {
  const testAccount = await makeTestAccount(emulator);
  const before = (await testAccount.snapshot()).network;
  await emulator.settings({ groupQuota: await groupCount(testAccount) }, testAccount.accountId);
  const failed = await testAccount.contain();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("SecurityGroupLimitExceeded");
  expect(failed.report).toContain("is NOT isolated");
  expect(differences(before ?? "", (await testAccount.snapshot()).network ?? "")).toEqual([]);
  await emulator.settings({ groupQuota: 2500 }, testAccount.accountId);
  expect((await testAccount.contain()).status).toBe("Success");
});

test.concurrent("an EKS node with a trunk interface is isolated, and the report says that its pods with groups of their own are not cut", async () => {
  const testAccount = await makeTestAccount(emulator);
  await emulator.settings(
    { trunkInterfaces: [testAccount.interfaceIds[1] ?? ""] },
    testAccount.accountId,
  );
  const run = await testAccount.contain();
  expect(run.status, run.report).toBe("Success");
  expect(section(run, "Warnings").join()).toMatch(/Not cut: pods .* trunk interface/);
  await expectIsolated(testAccount);
});

test.concurrent("five groups on an interface are given back, all five", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const five = [...Object.values(testAccount.network.groups)];
  for (const GroupName of ["four", "five"]) {
    const made = await testAccount.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description: GroupName,
        VpcId: testAccount.network.vpcId,
      }),
    );
    five.push(made.GroupId ?? "");
  }
  await attachInterface(
    testAccount.ec2,
    testAccount.instanceId,
    testAccount.network.subnetId,
    five,
    1,
  );
  await thereAndBack(testAccount);
});

test.concurrent("an interface that a service manages is reported; the others are isolated", async () => {
  const testAccount = await makeTestAccount(emulator);
  const [managed = "", ...others] = testAccount.interfaceIds;
  await emulator.settings({ requesterManaged: [managed] }, testAccount.accountId);
  const failed = await testAccount.contain();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("is only PARTLY isolated");
  expect(section(failed, "What failed").join()).toContain(managed);
  const lines = section(failed, "Interfaces");
  for (const id of others)
    expect(lines.find((line) => line.startsWith(id))).toContain(": contained;");
  expect(lines.find((line) => line.startsWith(managed))).toContain(": as before;");
  const released = await testAccount.release(backupKey(failed));
  expect(released.status, released.failure).toBe("Success");
});

test.concurrent("a stopped instance is contained and released", async () => {
  const testAccount = await makeTestAccount(emulator);
  await testAccount.ec2.send(new StopInstancesCommand({ InstanceIds: [testAccount.instanceId] }));
  await thereAndBack(testAccount);
});

test.concurrent("an instance in the default VPC, without IPv6", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const images = await testAccount.ec2.send(
    new DescribeImagesCommand({ Owners: ["amazon"], MaxResults: 5 }),
  );
  const run = await testAccount.ec2.send(
    new RunInstancesCommand({
      ImageId: images.Images?.[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  await thereAndBack(withInstance(testAccount, run.Instances?.[0]?.InstanceId ?? ""));
});

test.concurrent("two interfaces in different subnets", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]], ipv6: false });
  const { vpcId } = testAccount.network;
  const made = await testAccount.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.2.0/24" }),
  );
  const { db = "" } = testAccount.network.groups;
  await attachInterface(
    testAccount.ec2,
    testAccount.instanceId,
    made.Subnet?.SubnetId ?? "",
    [db],
    1,
  );
  await thereAndBack(testAccount);
});

test.concurrent("another instance of the account is not touched", async () => {
  const testAccount = await makeTestAccount(emulator);
  const { web = "" } = testAccount.network.groups;
  const other = await runInstance(testAccount.ec2, testAccount.network.subnetId, [[web]]);
  const tell = async (): Promise<unknown> => {
    const found = await testAccount.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [other.instanceId] }),
    );
    const one = found.Reservations?.[0]?.Instances?.[0];
    return [one?.SecurityGroups, one?.Tags, one?.State];
  };
  const before = await tell();
  expect((await testAccount.contain()).status).toBe("Success");
  expect(await tell()).toEqual(before);
});

test.concurrent("throttling on any call, each once, is retried inside the scripts", async () => {
  const alone = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
  const group = await makeAutoScalingGroup(alone, { min: 2, max: 2, desired: 2 });
  const testAccount = await memberTestAccount(alone, group);
  const seen = new Set<string>();
  const stop = emulator.faults.add({
    match: {
      accountId: testAccount.accountId,
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
  await thereAndBack(testAccount, {
    CreateAMIBackup: "true",
    TagIdentifier: "Key=Case,Value=4711",
  });
  stop();
  expect(seen.size).toBeGreaterThan(50);
});

test.concurrent("a group that was made a moment ago and is not found yet is waited for", async () => {
  const testAccount = await makeTestAccount(emulator);
  await emulator.settings({ groupHiddenCalls: 3 }, testAccount.accountId);
  await thereAndBack(testAccount);
});
