import { createHash } from "node:crypto";
import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  DetachNetworkInterfaceCommand,
} from "@aws-sdk/client-ec2";
import { GetObjectCommand, GetObjectTaggingCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface, makeBucket } from "automation-emulator/sample/account";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { section } from "../world/run.ts";
import { differences, tagMap } from "../world/snapshot.plain.ts";
import { backupKey, makeWorld, type World, withInstance } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

async function left(
  world: World,
  before: Awaited<ReturnType<World["snapshot"]>>,
): Promise<readonly string[]> {
  const all = differences(before, await world.snapshot());
  return all.filter((line) => !line.startsWith(`buckets ${world.bucket} versions`));
}

const textOf = async (world: World, Key: string): Promise<string> => {
  const found = await world.s3.send(new GetObjectCommand({ Bucket: world.bucket, Key }));
  return (await found.Body?.transformToString()) ?? "";
};

describe("invariant 2", () => {
  test.concurrent("the backup carries all that Release needs, with version, account, Region, execution and time, and its key ends in the digest of its content", async () => {
    const world = await makeWorld(emulator);
    const contained = await world.contain(tagged);
    const text = await textOf(world, backupKey(contained));
    const digest = createHash("sha256").update(text).digest("hex");
    expect(backupKey(contained)).toMatch(new RegExp(`/${contained.id}\\.${digest}\\.json$`));
    const backup = JSON.parse(text) as Record<string, unknown>;
    expect(backup).toMatchObject({
      FormatVersion: "1",
      AccountId: world.accountId,
      Region: "us-east-1",
      InstanceId: world.instanceId,
      ExecutionId: contained.id,
      AutoScaling: {},
      Tags: [{ Key: "Case", Value: "4711" }],
      CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const { web, db, admin } = world.network.groups;
    const kept = backup.Interfaces as Record<string, { Groups: string[] }>;
    const expected = [[web], [web, db].toSorted(), [admin]];
    for (const [index, id] of world.interfaceIds.entries())
      expect(kept[id]?.Groups).toEqual(expected[index]);
  });

  test.concurrent("Release refuses a backup that is another instance's, changed, cut short, of no sense or missing, and changes nothing", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const key = backupKey(await world.contain());
    const text = await textOf(world, key);
    const write = async (Body: string, Key = sealed(Body)): Promise<string> => {
      await world.s3.send(new PutObjectCommand({ Bucket: world.bucket, Key, Body }));
      return Key;
    };
    const other = text.replaceAll(world.instanceId, "i-0123456789abcdef0");
    const { db = "", web = "" } = world.network.groups;
    const unfit = "it is not what its digest says, or not this instance's";
    const cases: [string, string][] = [
      [await write(other), unfit],
      [await write(text.replace(world.accountId, "999999999999")), unfit],
      [await write(text.replaceAll(web, db), `changed/${key}`), unfit],
      [await write(text.slice(0, text.length / 2)), "can't be used"],
      [await write("[]"), "can't be used"],
      [await write(text.replaceAll(web, "sg-*")), unfit],
      [sealed("nothing"), "can't be used"],
    ];
    const before = await world.snapshot();
    for (const [S3PrefixName, reason] of cases) {
      const run = await world.release(S3PrefixName);
      expect(run.status, S3PrefixName).toBe("Failed");
      expect(run.failure).toContain(reason);
      expect(run.failure).toContain("Nothing was changed");
      expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
    }
    expect(differences(before, await world.snapshot())).toEqual([]);
  });
});

/** A key that fits a content, as somebody would forge it. */
const sealed = (text: string): string =>
  `forged/${createHash("sha256").update(text).digest("hex")}.json`.replace("/", "/x.");

test.concurrent("invariant 4: Contain on a contained instance and Release on a released one change nothing", async () => {
  const world = await makeWorld(emulator);
  const contained = await world.contain(tagged);
  const key = backupKey(contained);
  const between = await world.snapshot();
  const again = await world.contain(tagged);
  expect(again).toMatchObject({ status: "Success", reportStep: "containFinalOutput" });
  expect(again.report).toContain("ALREADY CONTAINED");
  expect(backupKey(again)).toBe(key);
  expect(emulator.calls.mutating({ executionId: again.id })).toEqual([]);
  expect(differences(between, await world.snapshot())).toEqual([]);

  expect((await world.release(key)).status).toBe("Success");
  const after = await world.snapshot();
  const twice = await world.release(key);
  expect(twice).toMatchObject({ status: "Success", reportStep: "restoreFinalOutput" });
  expect(twice.report).toContain("RELEASED BEFORE, nothing was changed");
  expect(emulator.calls.mutating({ executionId: twice.id })).toEqual([]);
  expect(differences(after, await world.snapshot())).toEqual([]);
});

test.concurrent("invariant 5: Contain with another bucket on a contained instance says that the backup is not there, keeps the instance contained and changes nothing", async () => {
  const world = await makeWorld(emulator);
  const key = backupKey(await world.contain(tagged));
  const other = `other-${world.bucket}`;
  await makeBucket(world.access, other);
  const between = await world.snapshot();
  const again = await world.contain({ ...tagged, S3BucketName: other });
  expect(again).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(again.report).toContain("the instance IS isolated");
  expect(section(again, "What failed").join()).toContain(`s3://${other}/${key} can't be used`);
  expect(emulator.calls.mutating({ executionId: again.id })).toEqual([]);
  expect(differences(between, await world.snapshot())).toEqual([]);
});

test.concurrent.each(["CreateSecurityGroup", "ModifyNetworkInterfaceAttribute", "CreateTags"])(
  "invariant 4: after a crash at %s a second run finishes the work",
  async (operation) => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();
    const stop = emulator.faults.add({
      match: {
        accountId: world.accountId,
        times: 1,
        predicate: (call) => call.operation === operation && call.requestedDryRun !== true,
        automationOnly: true,
      },
      kind: { kill: "after" },
    });
    expect(await world.contain(tagged)).toMatchObject({ status: "Failed", reportStep: "" });
    stop();
    const finished = await world.contain(tagged);
    expect(finished.status, finished.failure).toBe("Success");
    for (const line of section(finished, "Interfaces")) expect(line).toContain(": contained;");
    const released = await world.release(backupKey(finished));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(world, before)).toEqual([]);
  },
);

describe("invariant 5", () => {
  test.concurrent("a group that was deleted meanwhile is reported by name with the command, the rest is restored", async () => {
    const world = await makeWorld(emulator);
    const { web = "", db = "" } = world.network.groups;
    const key = backupKey(await world.contain());
    await world.ec2.send(new DeleteSecurityGroupCommand({ GroupId: db }));
    const released = await world.release(key);
    expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
    const problem = section(released, "What failed").join();
    expect(problem).toContain(`${db} (db)`);
    expect(problem).toContain("ec2 modify-network-interface-attribute");
    const found = await world.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [...world.interfaceIds] }),
    );
    const now = Object.fromEntries(
      (found.NetworkInterfaces ?? []).map((one) => [
        one.NetworkInterfaceId,
        (one.Groups ?? []).map((group) => group.GroupId),
      ]),
    );
    expect(now).toEqual({
      [world.interfaceIds[0] ?? ""]: [web],
      [world.interfaceIds[1] ?? ""]: [web],
      [world.interfaceIds[2] ?? ""]: [world.network.groups.admin],
    });
  });

  test.concurrent("an interface that is gone is reported by name with the command, the rest is restored", async () => {
    const world = await makeWorld(emulator);
    const key = backupKey(await world.contain());
    const gone = world.interfaceIds[2] ?? "";
    const found = await world.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [gone] }),
    );
    await world.ec2.send(
      new DetachNetworkInterfaceCommand({
        AttachmentId: found.NetworkInterfaces?.[0]?.Attachment?.AttachmentId,
        Force: true,
      }),
    );
    const released = await world.release(key);
    expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
    expect(section(released, "What failed").join()).toContain(`${gone} is not attached any more`);
    for (const line of section(released, "Interfaces")) expect(line).toContain(": as before;");
  });
});

test.concurrent("invariant 6: an interface that is attached after the look makes the run fail and say so, and the next run contains it without opening the others", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const before = await world.snapshot();
  const { db = "" } = world.network.groups;
  const hold = emulator.faults.add({
    match: { accountId: world.accountId, operation: "PutObject", automationOnly: true, times: 1 },
    kind: { delayMs: 1500 },
  });
  const id = await world.start({ DryRun: "false" });
  await vi.waitFor(
    () => expect(emulator.faults.hits.some(({ call }) => call.executionId === id)).toBe(true),
    20_000,
  );
  const late = await attachInterface(world.ec2, world.instanceId, world.network.subnetId, [db], 1);
  const first = await world.finished(id);
  hold();
  expect(first).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(section(first, "What failed").join()).toContain(`${late} was attached after the backup`);
  expect(first.report).toContain("is only PARTLY isolated");
  const second = await world.contain();
  expect(second.status, second.report).toBe("Success");
  const opened = emulator.calls
    .mutating({ executionId: second.id })
    .filter((call) => call.operation.startsWith("ModifyNet") && call.requestedDryRun !== true)
    .map((call) => call.parameters.NetworkInterfaceId);
  expect(opened.filter((name) => name === world.interfaceIds[0])).toHaveLength(1);
  expect(opened.filter((name) => name === late)).toHaveLength(2);
  const released = await world.release(backupKey(second));
  expect(released.status, released.report).toBe("Success");
  expect(section(released, "Interfaces").find((line) => line.startsWith(late))).toContain(
    "as before",
  );
  expect(JSON.stringify(before)).not.toContain(late);
});

describe("item 5, invariant 8: tags", () => {
  const tagsOf = async (world: World, id: string): Promise<Record<string, string>> => {
    const found = await world.ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [id] }] }),
    );
    return tagMap(found.Tags);
  };

  test.concurrent("everything made or changed is tagged and listed; Release removes the tags from what remains", async () => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();
    const contained = await world.contain(tagged);
    const key = backupKey(contained);
    const uri = `s3://${world.bucket}/${key}`;
    const wanted = { Case: "4711", "ContainEC2Instance:Backup": uri };
    const groups = section(contained, "Security groups").map(
      (line) => /(sg-[0-9a-f]+)/.exec(line)?.[1] ?? "",
    );
    expect(groups).toHaveLength(1);
    for (const id of [world.instanceId, ...world.interfaceIds, ...groups]) {
      expect(await tagsOf(world, id), id).toEqual(wanted);
      expect(contained.report).toContain(id);
    }
    const object = await world.s3.send(
      new GetObjectTaggingCommand({ Bucket: world.bucket, Key: key }),
    );
    expect(tagMap(object.TagSet)).toEqual({ Case: "4711" });
    expect((await world.release(key)).status).toBe("Success");
    expect(await left(world, before)).toEqual([]);
    const after = await world.s3.send(
      new GetObjectTaggingCommand({ Bucket: world.bucket, Key: key }),
    );
    expect(tagMap(after.TagSet)).toEqual({});
  });

  test.concurrent("a value that the key had before is never touched, and one that somebody set meanwhile stays", async () => {
    const world = await makeWorld(emulator);
    const [one = "", two = ""] = world.interfaceIds;
    const tag = (id: string, Value: string): Promise<unknown> =>
      world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Case", Value }] }));
    await tag(world.instanceId, "older");
    await tag(one, "4711");
    const key = backupKey(await world.contain(tagged));
    expect(await tagsOf(world, world.instanceId)).toMatchObject({ Case: "older" });
    await tag(two, "newer");
    expect((await world.release(key)).status).toBe("Success");
    expect(await tagsOf(world, world.instanceId)).toEqual({ Case: "older" });
    expect(await tagsOf(world, one)).toEqual({ Case: "4711" });
    expect(await tagsOf(world, two)).toEqual({ Case: "newer" });
  });
});

describe("invariant 9", () => {
  test.concurrent("names and tags are data: hostile ones change nothing of what is done", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const hostile = `"}]} $(touch never) {{ global:REGION }} '; import os; os.abort() #`;
    const { GroupId = "" } = await world.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "$(reboot) {{ InstanceId }}; --",
        Description: "d",
        VpcId: world.network.vpcId,
      }),
    );
    await world.ec2.send(
      new CreateTagsCommand({
        Resources: [world.instanceId, ...world.interfaceIds],
        Tags: [
          { Key: "Name", Value: hostile },
          { Key: "Case", Value: hostile },
        ],
      }),
    );
    await attachInterface(world.ec2, world.instanceId, world.network.subnetId, [GroupId], 1);
    const before = await world.snapshot();
    const contained = await world.contain(tagged);
    expect(contained.status, contained.failure).toBe("Success");
    const released = await world.release(backupKey(contained));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(world, before)).toEqual([]);
  });

  test.concurrent("groups that somebody planted under the runbook's names and tags do not keep the instance from being contained", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    for (const kind of ["containment", "all-access"])
      await world.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: `ContainEC2Instance-${kind}-${world.instanceId}`,
          Description: "planted",
          VpcId: world.network.vpcId,
          TagSpecifications: [
            {
              ResourceType: "security-group",
              Tags: [
                { Key: "ContainEC2Instance:Backup", Value: `s3://${world.bucket}/planted.json` },
              ],
            },
          ],
        }),
      );
    const before = await world.snapshot();
    const contained = await world.contain();
    expect(contained.status, contained.failure).toBe("Success");
    for (const line of section(contained, "Interfaces")) expect(line).toContain(": contained;");
    const released = await world.release(backupKey(contained));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(world, before)).toEqual([]);
  });

  test.concurrent("an instance of another account is not there, and nothing of it is touched", async () => {
    const [mine, other] = await Promise.all([makeWorld(emulator), makeWorld(emulator)]);
    const run = await withInstance(mine, other.instanceId).contain();
    expect(run.status).toBe("Failed");
    expect(run.steps.at(-1)?.name).toBe("getAutoScalingInstanceInfo");
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  });
});
