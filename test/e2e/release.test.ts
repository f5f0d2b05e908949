import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  DetachNetworkInterfaceCommand,
} from "@aws-sdk/client-ec2";
import { GetObjectTaggingCommand } from "@aws-sdk/client-s3";
import { attachInterface } from "automation-emulator/sample/account";
import { describe, expect, test } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { section } from "../account/run.ts";
import { tagMap } from "../account/snapshot.plain.ts";
import { left } from "../account/state.ts";
import {
  backupKey,
  makeTestAccount,
  type TestAccount,
  withInstance,
} from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

test.concurrent.each(["CreateSecurityGroup", "ModifyNetworkInterfaceAttribute", "CreateTags"])(
  "after a crash at %s a second run finishes the work",
  async (operation) => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();
    const stop = emulator.faults.add({
      match: {
        accountId: testAccount.accountId,
        times: 1,
        predicate: (call) => call.operation === operation && call.requestedDryRun !== true,
        automationOnly: true,
      },
      kind: { kill: "after" },
    });
    expect(await testAccount.contain(tagged)).toMatchObject({ status: "Failed", reportStep: "" });
    stop();
    const finished = await testAccount.contain(tagged);
    expect(finished.status, finished.failure).toBe("Success");
    for (const line of section(finished, "Interfaces")) expect(line).toContain(": contained;");
    const released = await testAccount.release(backupKey(finished));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(testAccount, before)).toEqual([]);
  },
);

describe("a release", () => {
  test.concurrent("a group that was deleted meanwhile is reported by name with the command, the rest is restored", async () => {
    const testAccount = await makeTestAccount(emulator);
    const { web = "", db = "" } = testAccount.network.groups;
    const key = backupKey(await testAccount.contain());
    await testAccount.ec2.send(new DeleteSecurityGroupCommand({ GroupId: db }));
    const released = await testAccount.release(key);
    expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
    const problem = section(released, "What failed").join();
    expect(problem).toContain(`${db} (db)`);
    expect(problem).toContain("ec2 modify-network-interface-attribute");
    const found = await testAccount.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [...testAccount.interfaceIds] }),
    );
    const now = Object.fromEntries(
      (found.NetworkInterfaces ?? []).map((one) => [
        one.NetworkInterfaceId,
        (one.Groups ?? []).map((group) => group.GroupId),
      ]),
    );
    expect(now).toEqual({
      [testAccount.interfaceIds[0] ?? ""]: [web],
      [testAccount.interfaceIds[1] ?? ""]: [web],
      [testAccount.interfaceIds[2] ?? ""]: [testAccount.network.groups.admin],
    });
  });

  test.concurrent("an interface that is gone is reported by name with the command, the rest is restored", async () => {
    const testAccount = await makeTestAccount(emulator);
    const key = backupKey(await testAccount.contain());
    const gone = testAccount.interfaceIds[2] ?? "";
    const found = await testAccount.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [gone] }),
    );
    await testAccount.ec2.send(
      new DetachNetworkInterfaceCommand({
        AttachmentId: found.NetworkInterfaces?.[0]?.Attachment?.AttachmentId,
        Force: true,
      }),
    );
    const released = await testAccount.release(key);
    expect(released).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
    expect(section(released, "What failed").join()).toContain(`${gone} is not attached any more`);
    for (const line of section(released, "Interfaces")) expect(line).toContain(": as before;");
  });
});

test.concurrent("an interface that is attached while the run goes on is reported, and Contain again contains it too", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const { db = "" } = testAccount.network.groups;
  let late = "";
  const attached = new Promise<void>((resolve, reject) => {
    const stop = emulator.calls.onCall(({ accountId, operation, executionId }) => {
      if (accountId !== testAccount.accountId || executionId === undefined) return;
      if (operation !== "CreateSecurityGroup") return;
      stop();
      attachInterface(
        testAccount.ec2,
        testAccount.instanceId,
        testAccount.network.subnetId,
        [db],
        1,
      ).then((id) => {
        late = id;
        resolve();
      }, reject);
    });
  });
  // The step that opens waits until the interface is there.
  const hold = emulator.faults.add({
    match: { accountId: testAccount.accountId, operation: "AuthorizeSecurityGroupIngress" },
    kind: { delayMs: 1500 },
  });
  const contained = await testAccount.contain();
  hold();
  await attached;
  expect(contained.status).toBe("Failed");
  expect(contained.report).toContain("is only PARTLY isolated");
  expect(section(contained, "What failed").join()).toContain(
    `${late} was attached after the backup`,
  );
  const again = await testAccount.contain();
  expect(again.status, again.report).toBe("Success");
  const released = await testAccount.release(backupKey(again));
  expect(released.status, released.failure).toBe("Success");
  expect(section(released, "Interfaces").find((line) => line.startsWith(late))).toContain(
    ": as before;",
  );
});

describe("tags", () => {
  const tagsOf = async (testAccount: TestAccount, id: string): Promise<Record<string, string>> => {
    const found = await testAccount.ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [id] }] }),
    );
    return tagMap(found.Tags);
  };

  test.concurrent("everything made or changed is tagged and listed; Release removes the tags from what remains", async () => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();
    const contained = await testAccount.contain(tagged);
    const key = backupKey(contained);
    const uri = `s3://${testAccount.bucket}/${key}`;
    const wanted = { Case: "4711", "ContainEC2Instance:Backup": uri };
    const groups = section(contained, "Security groups").map(
      (line) => /(sg-[0-9a-f]+)/.exec(line)?.[1] ?? "",
    );
    expect(groups).toHaveLength(1);
    for (const id of [testAccount.instanceId, ...testAccount.interfaceIds, ...groups]) {
      expect(await tagsOf(testAccount, id), id).toEqual(wanted);
      expect(contained.report).toContain(id);
    }
    const object = await testAccount.s3.send(
      new GetObjectTaggingCommand({ Bucket: testAccount.bucket, Key: key }),
    );
    expect(tagMap(object.TagSet)).toEqual({ Case: "4711" });
    expect((await testAccount.release(key)).status).toBe("Success");
    expect(await left(testAccount, before)).toEqual([]);
    const after = await testAccount.s3.send(
      new GetObjectTaggingCommand({ Bucket: testAccount.bucket, Key: key }),
    );
    expect(tagMap(after.TagSet)).toEqual({});
  });

  test.concurrent("what has a tag of that key already keeps it, and one that somebody set meanwhile stays", async () => {
    const testAccount = await makeTestAccount(emulator);
    const [one = "", two = ""] = testAccount.interfaceIds;
    const tag = (id: string, Value: string): Promise<unknown> =>
      testAccount.ec2.send(
        new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Case", Value }] }),
      );
    await tag(testAccount.instanceId, "older");
    await tag(one, "4711");
    const key = backupKey(await testAccount.contain(tagged));
    expect(await tagsOf(testAccount, testAccount.instanceId)).toMatchObject({ Case: "older" });
    await tag(two, "newer");
    expect((await testAccount.release(key)).status).toBe("Success");
    expect(await tagsOf(testAccount, testAccount.instanceId)).toEqual({ Case: "older" });
    expect(await tagsOf(testAccount, one)).toEqual({ Case: "4711" });
    expect(await tagsOf(testAccount, two)).toEqual({ Case: "newer" });
  });
});

describe("what others write", () => {
  test.concurrent("names and tags are data: hostile ones change nothing of what is done", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const hostile = `"}]} $(touch never) {{ global:REGION }} '; import os; os.abort() #`;
    const { GroupId = "" } = await testAccount.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "$(reboot) {{ InstanceId }}; --",
        Description: "d",
        VpcId: testAccount.network.vpcId,
      }),
    );
    await testAccount.ec2.send(
      new CreateTagsCommand({
        Resources: [testAccount.instanceId, ...testAccount.interfaceIds],
        Tags: [
          { Key: "Name", Value: hostile },
          { Key: "Case", Value: hostile },
        ],
      }),
    );
    await attachInterface(
      testAccount.ec2,
      testAccount.instanceId,
      testAccount.network.subnetId,
      [GroupId],
      1,
    );
    const before = await testAccount.snapshot();
    const contained = await testAccount.contain(tagged);
    expect(contained.status, contained.failure).toBe("Success");
    const released = await testAccount.release(backupKey(contained));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(testAccount, before)).toEqual([]);
  });

  test.concurrent("groups that somebody planted under the runbook's names and tags do not keep the instance from being contained", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    for (const kind of ["containment", "all-access"])
      await testAccount.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: `ContainEC2Instance-${kind}-${testAccount.instanceId}`,
          Description: "planted",
          VpcId: testAccount.network.vpcId,
          TagSpecifications: [
            {
              ResourceType: "security-group",
              Tags: [
                {
                  Key: "ContainEC2Instance:Backup",
                  Value: `s3://${testAccount.bucket}/planted.json`,
                },
              ],
            },
          ],
        }),
      );
    const before = await testAccount.snapshot();
    const contained = await testAccount.contain();
    expect(contained.status, contained.failure).toBe("Success");
    for (const line of section(contained, "Interfaces")) expect(line).toContain(": contained;");
    const released = await testAccount.release(backupKey(contained));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(testAccount, before)).toEqual([]);
  });

  test.concurrent("an instance of another account is not there, and nothing of it is touched", async () => {
    const [mine, other] = await Promise.all([makeTestAccount(emulator), makeTestAccount(emulator)]);
    const run = await withInstance(mine, other.instanceId).contain();
    expect(run.status).toBe("Failed");
    expect(run.failure).toContain("Nothing was changed.");
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  });
});
