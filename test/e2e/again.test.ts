/** Contain reaches the asked state from whatever it finds, and opens nothing that is contained. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";

import { attachInterface } from "automation-emulator/sample/account";
import { describe, expect, test } from "vitest";
import { groupState, makeAutoScalingGroup, memberTestAccount } from "../account/asg.ts";
import { put, putSealed, readBackup } from "../account/backup.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { type Run, section } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import {
  changes,
  expectIsolated,
  expectNoneOpen,
  groupsByInterface,
  left,
  moves,
  ownGroups,
  textOf,
} from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const rule = (port: string): string =>
  JSON.stringify({ Cidr: "198.51.100.7/32", IpProtocol: "tcp", FromPort: port, ToPort: port });
const ssh = { IngressInput: [rule("22")] };

/** The containment group that the instance is on. */
async function containmentGroup(testAccount: TestAccount): Promise<string> {
  const groups = await ownGroups(testAccount);
  expect(groups).toHaveLength(1);
  return groups[0]?.GroupId ?? "";
}

/** Each interface's moves in a run, as the groups' ids that it was given. */
function movesOf(testAccount: TestAccount, run: Run, interfaceId: string): readonly string[] {
  return moves(testAccount, run)
    .filter(({ parameters }) => parameters.NetworkInterfaceId === interfaceId)
    .map(({ parameters }) => String(parameters.Groups));
}

async function expectReleased(
  testAccount: TestAccount,
  key: string,
  before: Awaited<ReturnType<TestAccount["snapshot"]>>,
): Promise<void> {
  const released = await testAccount.release(key);
  expect(released.status, released.report || released.failure).toBe("Success");
  expect(await left(testAccount, before)).toEqual([]);
}

test.concurrent("after a containment no group that lets the world in is left, and only the containment group remains", async () => {
  const testAccount = await makeTestAccount(emulator);
  const run = await testAccount.contain();
  expect(run.status, run.report).toBe("Success");
  await expectIsolated(testAccount);
  await containmentGroup(testAccount);
  expect(changes(testAccount, run).filter((name) => name === "DeleteSecurityGroup")).toHaveLength(
    1,
  );
});

test.concurrent("a second Contain with nothing to do changes nothing, and so does a second Release", async () => {
  const testAccount = await makeTestAccount(emulator);
  const contained = await testAccount.contain(ssh);
  const between = await testAccount.snapshot();
  const again = await testAccount.contain(ssh);
  expect(again.status, again.report).toBe("Success");
  expect(again.report).toContain("ALREADY CONTAINED");
  expect(backupKey(again)).toBe(backupKey(contained));
  expect(changes(testAccount, again)).toEqual([]);
  expect(differences(between, await testAccount.snapshot())).toEqual([]);
  expect((await testAccount.release(backupKey(contained))).status).toBe("Success");
  const after = await testAccount.snapshot();
  const twice = await testAccount.release(backupKey(contained));
  expect(twice.report).toContain("RELEASED BEFORE, nothing was changed");
  expect(changes(testAccount, twice)).toEqual([]);
  expect(differences(after, await testAccount.snapshot())).toEqual([]);
});

describe("a contained instance goes straight to a new group, and is never opened", () => {
  test.concurrent("where somebody has added a rule to its group", async () => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();
    await testAccount.contain(ssh);
    const old = await containmentGroup(testAccount);
    await testAccount.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: old,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    const dry = await testAccount.run(ssh);
    expect(dry.status).toBe("Success");
    const again = await testAccount.contain(ssh);
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(testAccount, { ingress: ["tcp 22-22 198.51.100.7/32"] });
    const now = await containmentGroup(testAccount);
    expect(now).not.toBe(old);
    for (const id of testAccount.interfaceIds)
      expect(movesOf(testAccount, again, id)).toEqual([now]);
    await expectReleased(testAccount, backupKey(again), before);
  });

  test.concurrent("where other rules are asked for than before", async () => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();
    await testAccount.contain(ssh);
    const again = await testAccount.contain({
      IngressInput: [rule("3389")],
      EgressInput: [rule("443")],
    });
    expect(again.status, again.report).toBe("Success");
    const rules = {
      ingress: ["tcp 3389-3389 198.51.100.7/32"],
      egress: ["tcp 443-443 198.51.100.7/32"],
    };
    await expectIsolated(testAccount, rules);
    const now = await containmentGroup(testAccount);
    for (const id of testAccount.interfaceIds)
      expect(movesOf(testAccount, again, id)).toEqual([now]);
    // And back to none.
    const last = await testAccount.contain();
    expect(last.status, last.report).toBe("Success");
    await expectIsolated(testAccount);
    await expectReleased(testAccount, backupKey(last), before);
  });

  test.concurrent("where an interface was added since: that one alone is cut", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
    const contained = await testAccount.contain();
    const { db = "" } = testAccount.network.groups;
    const late = await attachInterface(
      testAccount.ec2,
      testAccount.instanceId,
      testAccount.network.subnetId,
      [db],
      2,
    );
    const again = await testAccount.contain();
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(testAccount);
    const now = await containmentGroup(testAccount);
    for (const id of testAccount.interfaceIds)
      for (const groups of movesOf(testAccount, again, id)) expect(groups).toBe(now);
    expect(movesOf(testAccount, again, late)).toHaveLength(2);
    expect(backupKey(again)).not.toBe(backupKey(contained));
    const released = await testAccount.release(backupKey(again));
    expect(released.status, released.report).toBe("Success");
    expect(await groupsByInterface(testAccount)).toMatchObject({
      [testAccount.interfaceIds[0] ?? ""]: [testAccount.network.groups.web],
      [testAccount.interfaceIds[1] ?? ""]: [db],
      [late]: [db],
    });
    expect(await ownGroups(testAccount)).toEqual([]);
  });
});

describe("the key of an older containment is refused with the one that holds", () => {
  test.concurrent("after other rules were asked for", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const before = await testAccount.snapshot();
    const first = backupKey(await testAccount.contain());
    const second = backupKey(await testAccount.contain(ssh));
    expect(second).not.toBe(first);
    const between = await testAccount.snapshot();
    const wrong = await testAccount.release(first);
    expect(wrong.status).toBe("Failed");
    expect(wrong.failure).toContain(second);
    expect(wrong.failure).toContain("Nothing was changed.");
    expect(differences(between, await testAccount.snapshot())).toEqual([]);
    await expectReleased(testAccount, second, before);
  });

  test.concurrent("of an incident that is over, while a new one holds", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const first = backupKey(await testAccount.contain());
    await testAccount.release(first);
    const second = backupKey(await testAccount.contain());
    const wrong = await testAccount.release(first);
    expect(wrong.status).toBe("Failed");
    expect(wrong.failure).toContain(second);
    await expectIsolated(testAccount);
  });
});

describe("a backup that is lost keeps the instance contained, and the run says what can't be given back", () => {
  test.concurrent.each([
    [
      "is gone",
      (testAccount: TestAccount, key: string) =>
        testAccount.s3.send(new DeleteObjectCommand({ Bucket: testAccount.bucket, Key: key })),
    ],
    [
      "was changed",
      (testAccount: TestAccount, key: string) => put(testAccount, key, '{"FormatVersion": "1"}'),
    ],
  ])("when it %s", async (_, spoil) => {
    const testAccount = await makeTestAccount(emulator);
    const key = backupKey(await testAccount.contain());
    await spoil(testAccount, key);
    const again = await testAccount.contain();
    expect(again.status).toBe("Failed");
    expect(again.report).toContain("IS isolated");
    expect(section(again, "What failed").join()).toContain(key);
    expect(section(again, "What failed").join()).toContain("list-object-versions");
    expect(moves(testAccount, again)).toEqual([]);
    await expectIsolated(testAccount);
    const released = await testAccount.release(key);
    expect(released.status).toBe("Failed");
    expect(released.failure).toContain("Nothing was changed.");
    await expectIsolated(testAccount);
  });

  test.concurrent("when the rules asked for are others too", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const key = backupKey(await testAccount.contain());
    await testAccount.s3.send(new DeleteObjectCommand({ Bucket: testAccount.bucket, Key: key }));
    const again = await testAccount.contain(ssh);
    expect(again.status).toBe("Failed");
    await expectIsolated(testAccount, { ingress: ["tcp 22-22 198.51.100.7/32"] });
  });
});

test.concurrent("the tag that leads to the backup may be gone or lie: Contain and Release go by the groups' descriptions", async () => {
  const testAccount = await makeTestAccount(emulator);
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain();
  const resources = [
    testAccount.instanceId,
    ...testAccount.interfaceIds,
    await containmentGroup(testAccount),
  ];
  await testAccount.ec2.send(
    new DeleteTagsCommand({
      Resources: resources.slice(1),
      Tags: [{ Key: "ContainEC2Instance:Backup" }],
    }),
  );
  await testAccount.ec2.send(
    new CreateTagsCommand({
      Resources: resources.slice(0, 1),
      Tags: [{ Key: "ContainEC2Instance:Backup", Value: "s3://elsewhere/a.json" }],
    }),
  );
  const again = await testAccount.contain();
  expect(again.status, again.report).toBe("Success");
  expect(moves(testAccount, again)).toEqual([]);
  await expectReleased(testAccount, backupKey(contained), before);
});

test.concurrent("Release takes no backup but one that is what its key says, of this instance, and changes nothing else", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const key = backupKey(await testAccount.contain());
  const text = await textOf(testAccount, key);
  const other = text.replaceAll(testAccount.instanceId, "i-0123456789abcdef0");
  const cases = [
    [await putSealed(testAccount, other), "can't be used"],
    [
      await putSealed(testAccount, text.replaceAll(testAccount.accountId, "999999999999")),
      "can't be used",
    ],
    [await putSealed(testAccount, text.replaceAll('"sg-', '"$(x)-')), "can't be used"],
    [await putSealed(testAccount, "[]"), "can't be used"],
    [await putSealed(testAccount, text.slice(0, text.length / 2)), "can't be used"],
    [await put(testAccount, `a.${"0".repeat(64)}.json`, text), "can't be used"],
    ["missing.json", "can't be used"],
  ] as const;
  const before = await testAccount.snapshot();
  for (const [S3PrefixName, reason] of cases) {
    const run = await testAccount.release(S3PrefixName);
    expect(run.status, S3PrefixName).toBe("Failed");
    expect(run.failure).toContain(reason);
    expect(run.failure).toContain("Nothing was changed.");
    expect(run.failure).not.toMatch(/Traceback|During handling/);
  }
  expect(differences(before, await testAccount.snapshot())).toEqual([]);
});

test.concurrent("the backup says by itself all that Release needs", async () => {
  const testAccount = await makeTestAccount(emulator);
  const contained = await testAccount.contain({ TagIdentifier: "Key=Case,Value=4711", ...ssh });
  const backup = await readBackup(testAccount, backupKey(contained));
  expect(backup).toMatchObject({
    FormatVersion: "1",
    AccountId: testAccount.accountId,
    Region: "us-east-1",
    InstanceId: testAccount.instanceId,
    ExecutionId: contained.id,
    Tags: [{ Key: "Case", Value: "4711" }],
  });
  const { web = "", db = "", admin = "" } = testAccount.network.groups;
  expect(
    Object.fromEntries(Object.entries(backup.Interfaces).map(([id, it]) => [id, it.Groups])),
  ).toEqual(
    Object.fromEntries(
      [[web], [web, db].sort(), [admin]].map((groups, at) => [
        testAccount.interfaceIds[at] ?? "",
        groups,
      ]),
    ),
  );
});

describe("a terminated instance", () => {
  test.concurrent("is released: its group gets its MinSize back, and tags and groups go", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const group = await makeAutoScalingGroup(testAccount, { min: 2, max: 3, desired: 2 });
    const member = await memberTestAccount(testAccount, group);
    const contained = await member.contain({ TagIdentifier: "Key=Case,Value=4711" });
    expect(await groupState(testAccount)).toMatchObject({ min: 1 });
    await testAccount.ec2.send(new TerminateInstancesCommand({ InstanceIds: [member.instanceId] }));
    const released = await member.release(backupKey(contained));
    expect(released.status, released.report || released.failure).toBe("Success");
    const { min, tags } = await groupState(testAccount);
    expect({ min, tags }).toEqual({ min: 2, tags: {} });
    expect(await ownGroups(member)).toEqual([]);
  });

  test.concurrent("is not contained, nor is one that does not exist", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const nobody = await testAccount.contain({ InstanceId: "i-0123456789abcdef0" });
    await testAccount.ec2.send(
      new TerminateInstancesCommand({ InstanceIds: [testAccount.instanceId] }),
    );
    for (const run of [nobody, await testAccount.contain()]) {
      expect(run.status).toBe("Failed");
      expect(run.failure).toContain("Nothing was changed.");
      expect(changes(testAccount, run)).toEqual([]);
    }
  });
});

test.concurrent("whatever a run for an instance leaves, no group for the world is among it", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await emulator.settings(
    { requesterManaged: [testAccount.interfaceIds[0] ?? ""] },
    testAccount.accountId,
  );
  const failed = await testAccount.contain();
  expect(failed.status).toBe("Failed");
  expectNoneOpen(await ownGroups(testAccount));
  const all = await testAccount.ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(all.SecurityGroups?.filter((group) => group.GroupName?.includes("all-access"))).toEqual(
    [],
  );
});
