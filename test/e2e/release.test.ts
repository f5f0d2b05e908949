import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  DetachNetworkInterfaceCommand,
} from "@aws-sdk/client-ec2";
import { GetObjectTaggingCommand } from "@aws-sdk/client-s3";
import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface } from "automation-emulator/sample/account";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { section } from "../world/run.ts";
import { tagMap } from "../world/snapshot.plain.ts";
import { left } from "../world/state.ts";
import { backupKey, makeWorld, type World, withInstance } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

test.concurrent.each(["CreateSecurityGroup", "ModifyNetworkInterfaceAttribute", "CreateTags"])(
  "after a crash at %s a second run finishes the work",
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

describe("a release", () => {
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

test.concurrent("an interface that is attached while the run goes on is reported, and Contain again contains it too", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const { db = "" } = world.network.groups;
  let late = "";
  const attached = new Promise<void>((resolve, reject) => {
    const stop = emulator.calls.onCall(({ accountId, operation, executionId }) => {
      if (accountId !== world.accountId || executionId === undefined) return;
      if (operation !== "CreateSecurityGroup") return;
      stop();
      attachInterface(world.ec2, world.instanceId, world.network.subnetId, [db], 1).then((id) => {
        late = id;
        resolve();
      }, reject);
    });
  });
  // The step that opens waits until the interface is there.
  const hold = emulator.faults.add({
    match: { accountId: world.accountId, operation: "AuthorizeSecurityGroupIngress" },
    kind: { delayMs: 1500 },
  });
  const contained = await world.contain();
  hold();
  await attached;
  expect(contained.status).toBe("Failed");
  expect(contained.report).toContain("is only PARTLY isolated");
  expect(section(contained, "What failed").join()).toContain(
    `${late} was attached after the backup`,
  );
  const again = await world.contain();
  expect(again.status, again.report).toBe("Success");
  const released = await world.release(backupKey(again));
  expect(released.status, released.failure).toBe("Success");
  expect(section(released, "Interfaces").find((line) => line.startsWith(late))).toContain(
    ": as before;",
  );
});

describe("tags", () => {
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

  test.concurrent("what has a tag of that key already keeps it, and one that somebody set meanwhile stays", async () => {
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

describe("what others write", () => {
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
    expect(run.failure).toContain("Nothing was changed.");
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  });
});
