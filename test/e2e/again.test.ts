/** Contain reaches the asked state from whatever it finds, and opens nothing that is contained. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";

import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface } from "automation-emulator/sample/account";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { groupState, makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { put, putSealed, readBackup } from "../world/backup.ts";
import { type Run, section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import {
  changes,
  expectIsolated,
  expectNoneOpen,
  groupsByInterface,
  left,
  moves,
  ownGroups,
  textOf,
} from "../world/state.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 20 });
});
afterAll(() => emulator.close());

const rule = (port: string): string =>
  JSON.stringify({ Cidr: "198.51.100.7/32", IpProtocol: "tcp", FromPort: port, ToPort: port });
const ssh = { IngressInput: [rule("22")] };

/** The containment group that the instance is on. */
async function containmentGroup(world: World): Promise<string> {
  const groups = await ownGroups(world);
  expect(groups).toHaveLength(1);
  return groups[0]?.GroupId ?? "";
}

/** Each interface's moves in a run, as the groups' ids that it was given. */
function movesOf(world: World, run: Run, interfaceId: string): readonly string[] {
  return moves(world, run)
    .filter(({ parameters }) => parameters.NetworkInterfaceId === interfaceId)
    .map(({ parameters }) => String(parameters.Groups));
}

async function expectReleased(
  world: World,
  key: string,
  before: Awaited<ReturnType<World["snapshot"]>>,
): Promise<void> {
  const released = await world.release(key);
  expect(released.status, released.report || released.failure).toBe("Success");
  expect(await left(world, before)).toEqual([]);
}

test.concurrent("after a containment no group that lets the world in is left, and only the containment group remains", async () => {
  const world = await makeWorld(emulator);
  const run = await world.contain();
  expect(run.status, run.report).toBe("Success");
  await expectIsolated(world);
  await containmentGroup(world);
  expect(changes(world, run).filter((name) => name === "DeleteSecurityGroup")).toHaveLength(1);
});

test.concurrent("a second Contain with nothing to do changes nothing, and so does a second Release", async () => {
  const world = await makeWorld(emulator);
  const contained = await world.contain(ssh);
  const between = await world.snapshot();
  const again = await world.contain(ssh);
  expect(again.status, again.report).toBe("Success");
  expect(again.report).toContain("ALREADY CONTAINED");
  expect(backupKey(again)).toBe(backupKey(contained));
  expect(changes(world, again)).toEqual([]);
  expect(differences(between, await world.snapshot())).toEqual([]);
  expect((await world.release(backupKey(contained))).status).toBe("Success");
  const after = await world.snapshot();
  const twice = await world.release(backupKey(contained));
  expect(twice.report).toContain("RELEASED BEFORE, nothing was changed");
  expect(changes(world, twice)).toEqual([]);
  expect(differences(after, await world.snapshot())).toEqual([]);
});

describe("a contained instance goes straight to a new group, and is never opened", () => {
  test.concurrent("where somebody has added a rule to its group", async () => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();
    await world.contain(ssh);
    const old = await containmentGroup(world);
    await world.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: old,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    const dry = await world.run(ssh);
    expect(dry.status).toBe("Success");
    const again = await world.contain(ssh);
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(world, { ingress: ["tcp 22-22 198.51.100.7/32"] });
    const now = await containmentGroup(world);
    expect(now).not.toBe(old);
    for (const id of world.interfaceIds) expect(movesOf(world, again, id)).toEqual([now]);
    await expectReleased(world, backupKey(again), before);
  });

  test.concurrent("where other rules are asked for than before", async () => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();
    await world.contain(ssh);
    const again = await world.contain({ IngressInput: [rule("3389")], EgressInput: [rule("443")] });
    expect(again.status, again.report).toBe("Success");
    const rules = {
      ingress: ["tcp 3389-3389 198.51.100.7/32"],
      egress: ["tcp 443-443 198.51.100.7/32"],
    };
    await expectIsolated(world, rules);
    const now = await containmentGroup(world);
    for (const id of world.interfaceIds) expect(movesOf(world, again, id)).toEqual([now]);
    // And back to none.
    const last = await world.contain();
    expect(last.status, last.report).toBe("Success");
    await expectIsolated(world);
    await expectReleased(world, backupKey(last), before);
  });

  test.concurrent("where an interface was added since: that one alone is cut", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
    const contained = await world.contain();
    const { db = "" } = world.network.groups;
    const late = await attachInterface(
      world.ec2,
      world.instanceId,
      world.network.subnetId,
      [db],
      2,
    );
    const again = await world.contain();
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(world);
    const now = await containmentGroup(world);
    for (const id of world.interfaceIds)
      for (const groups of movesOf(world, again, id)) expect(groups).toBe(now);
    expect(movesOf(world, again, late)).toHaveLength(2);
    expect(backupKey(again)).not.toBe(backupKey(contained));
    const released = await world.release(backupKey(again));
    expect(released.status, released.report).toBe("Success");
    expect(await groupsByInterface(world)).toMatchObject({
      [world.interfaceIds[0] ?? ""]: [world.network.groups.web],
      [world.interfaceIds[1] ?? ""]: [db],
      [late]: [db],
    });
    expect(await ownGroups(world)).toEqual([]);
  });
});

describe("the key of an older containment is refused with the one that holds", () => {
  test.concurrent("after other rules were asked for", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const before = await world.snapshot();
    const first = backupKey(await world.contain());
    const second = backupKey(await world.contain(ssh));
    expect(second).not.toBe(first);
    const between = await world.snapshot();
    const wrong = await world.release(first);
    expect(wrong.status).toBe("Failed");
    expect(wrong.failure).toContain(second);
    expect(wrong.failure).toContain("Nothing was changed.");
    expect(differences(between, await world.snapshot())).toEqual([]);
    await expectReleased(world, second, before);
  });

  test.concurrent("of an incident that is over, while a new one holds", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const first = backupKey(await world.contain());
    await world.release(first);
    const second = backupKey(await world.contain());
    const wrong = await world.release(first);
    expect(wrong.status).toBe("Failed");
    expect(wrong.failure).toContain(second);
    await expectIsolated(world);
  });
});

describe("a backup that is lost keeps the instance contained, and the run says what can't be given back", () => {
  test.concurrent.each([
    [
      "is gone",
      (world: World, key: string) =>
        world.s3.send(new DeleteObjectCommand({ Bucket: world.bucket, Key: key })),
    ],
    ["was changed", (world: World, key: string) => put(world, key, '{"FormatVersion": "1"}')],
  ])("when it %s", async (_, spoil) => {
    const world = await makeWorld(emulator);
    const key = backupKey(await world.contain());
    await spoil(world, key);
    const again = await world.contain();
    expect(again.status).toBe("Failed");
    expect(again.report).toContain("IS isolated");
    expect(section(again, "What failed").join()).toContain(key);
    expect(section(again, "What failed").join()).toContain("list-object-versions");
    expect(moves(world, again)).toEqual([]);
    await expectIsolated(world);
    const released = await world.release(key);
    expect(released.status).toBe("Failed");
    expect(released.failure).toContain("Nothing was changed.");
    await expectIsolated(world);
  });

  test.concurrent("when the rules asked for are others too", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const key = backupKey(await world.contain());
    await world.s3.send(new DeleteObjectCommand({ Bucket: world.bucket, Key: key }));
    const again = await world.contain(ssh);
    expect(again.status).toBe("Failed");
    await expectIsolated(world, { ingress: ["tcp 22-22 198.51.100.7/32"] });
  });
});

test.concurrent("the tag that leads to the backup may be gone or lie: Contain and Release go by the groups' descriptions", async () => {
  const world = await makeWorld(emulator);
  const before = await world.snapshot();
  const contained = await world.contain();
  const resources = [world.instanceId, ...world.interfaceIds, await containmentGroup(world)];
  await world.ec2.send(
    new DeleteTagsCommand({
      Resources: resources.slice(1),
      Tags: [{ Key: "ContainEC2Instance:Backup" }],
    }),
  );
  await world.ec2.send(
    new CreateTagsCommand({
      Resources: resources.slice(0, 1),
      Tags: [{ Key: "ContainEC2Instance:Backup", Value: "s3://elsewhere/a.json" }],
    }),
  );
  const again = await world.contain();
  expect(again.status, again.report).toBe("Success");
  expect(moves(world, again)).toEqual([]);
  await expectReleased(world, backupKey(contained), before);
});

test.concurrent("Release takes no backup but one that is what its key says, of this instance, and changes nothing else", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const key = backupKey(await world.contain());
  const text = await textOf(world, key);
  const other = text.replaceAll(world.instanceId, "i-0123456789abcdef0");
  const cases = [
    [await putSealed(world, other), "can't be used"],
    [await putSealed(world, text.replaceAll(world.accountId, "999999999999")), "can't be used"],
    [await putSealed(world, text.replaceAll('"sg-', '"$(x)-')), "can't be used"],
    [await putSealed(world, "[]"), "can't be used"],
    [await putSealed(world, text.slice(0, text.length / 2)), "can't be used"],
    [await put(world, `a.${"0".repeat(64)}.json`, text), "can't be used"],
    ["missing.json", "can't be used"],
  ] as const;
  const before = await world.snapshot();
  for (const [S3PrefixName, reason] of cases) {
    const run = await world.release(S3PrefixName);
    expect(run.status, S3PrefixName).toBe("Failed");
    expect(run.failure).toContain(reason);
    expect(run.failure).toContain("Nothing was changed.");
    expect(run.failure).not.toMatch(/Traceback|During handling/);
  }
  expect(differences(before, await world.snapshot())).toEqual([]);
});

test.concurrent("the backup says by itself all that Release needs", async () => {
  const world = await makeWorld(emulator);
  const contained = await world.contain({ TagIdentifier: "Key=Case,Value=4711", ...ssh });
  const backup = await readBackup(world, backupKey(contained));
  expect(backup).toMatchObject({
    FormatVersion: "1",
    AccountId: world.accountId,
    Region: "us-east-1",
    InstanceId: world.instanceId,
    ExecutionId: contained.id,
    Tags: [{ Key: "Case", Value: "4711" }],
  });
  const { web = "", db = "", admin = "" } = world.network.groups;
  expect(
    Object.fromEntries(Object.entries(backup.Interfaces).map(([id, it]) => [id, it.Groups])),
  ).toEqual(
    Object.fromEntries(
      [[web], [web, db].sort(), [admin]].map((groups, at) => [
        world.interfaceIds[at] ?? "",
        groups,
      ]),
    ),
  );
});

describe("a terminated instance", () => {
  test.concurrent("is released: its group gets its MinSize back, and tags and groups go", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const group = await makeAutoScalingGroup(world, { min: 2, max: 3, desired: 2 });
    const member = await memberWorld(world, group);
    const contained = await member.contain({ TagIdentifier: "Key=Case,Value=4711" });
    expect(await groupState(world)).toMatchObject({ min: 1 });
    await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [member.instanceId] }));
    const released = await member.release(backupKey(contained));
    expect(released.status, released.report || released.failure).toBe("Success");
    const { min, tags } = await groupState(world);
    expect({ min, tags }).toEqual({ min: 2, tags: {} });
    expect(await ownGroups(member)).toEqual([]);
  });

  test.concurrent("is not contained, nor is one that does not exist", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const nobody = await world.contain({ InstanceId: "i-0123456789abcdef0" });
    await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [world.instanceId] }));
    for (const run of [nobody, await world.contain()]) {
      expect(run.status).toBe("Failed");
      expect(run.failure).toContain("Nothing was changed.");
      expect(changes(world, run)).toEqual([]);
    }
  });
});

test.concurrent("whatever a run for an instance leaves, no group for the world is among it", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  await emulator.settings({ requesterManaged: [world.interfaceIds[0] ?? ""] }, world.accountId);
  const failed = await world.contain();
  expect(failed.status).toBe("Failed");
  expectNoneOpen(await ownGroups(world));
  const all = await world.ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(all.SecurityGroups?.filter((group) => group.GroupName?.includes("all-access"))).toEqual(
    [],
  );
});
