import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  DeleteDocumentCommand,
  ModifyDocumentPermissionCommand,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { attachInterface } from "automation-emulator/sample/account";
import { expect, test } from "vitest";
import { rulesThatFit } from "../../steps/parameters.ts";
import { makeAutoScalingGroup, memberTestAccount } from "../account/asg.ts";
import { paste } from "../account/cli.ts";
import { documentName } from "../account/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { type Run, section } from "../account/run.ts";
import { groupsByInterface, left } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

/** An instance with three interfaces at its group's MinSize. */
async function groupTestAccount(): Promise<TestAccount> {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const group = await makeAutoScalingGroup(testAccount, { min: 2, max: 2, desired: 2 });
  const member = await memberTestAccount(testAccount, group);
  const { web = "", db = "", admin = "" } = testAccount.network.groups;
  for (const [index, groups] of [[web, db], [admin]].entries())
    await attachInterface(
      testAccount.ec2,
      member.instanceId,
      testAccount.network.subnetId,
      groups,
      index + 1,
    );
  return memberTestAccount(testAccount, group);
}

/** Pastes all lines of a section into one shell that ends at the first one that fails. */
async function pasteAll(testAccount: TestAccount, run: Run, heading: string): Promise<string> {
  const lines = section(run, heading);
  expect(lines.length, run.report).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^aws (?:--region us-east-1|iam) /);
  for (const line of lines) expect(run.report).toContain(line);
  return paste(testAccount, `set -e\n${lines.join("\n")}`);
}

/** Makes one interface's change refused while the containment runs. */
function refuse(testAccount: TestAccount, interfaceId: string, step?: string): () => void {
  return emulator.faults.add({
    match: {
      accountId: testAccount.accountId,
      automationOnly: true,
      ...(step !== undefined && { step }),
      predicate: (call) =>
        call.operation === "ModifyNetworkInterfaceAttribute" &&
        call.parameters.NetworkInterfaceId === interfaceId,
    },
    kind: { error: { code: "InternalFailure", message: "Refused on purpose.", status: 400 } },
  });
}

test("a summary says what was, what is, what was made and where the backup is, as text and as JSON alike", async () => {
  const testAccount = await groupTestAccount();
  const contained = await testAccount.contain(tagged);
  expect(contained.status, contained.failure).toBe("Success");
  const first = contained.report.split("\n")[0] ?? "";
  expect(first).toBe(
    `CONTAINED, WITH WARNINGS: ${testAccount.instanceId} in ${testAccount.accountId}, us-east-1, execution ${contained.id}`,
  );
  expect(contained.json.Title).toBe(first);
  for (const [heading, entries] of Object.entries(contained.json)) {
    if (heading === "Title" || !Array.isArray(entries)) continue;
    expect(contained.report).toContain(`\n${heading}:\n`);
    for (const entry of section(contained, heading))
      if (entry.startsWith("{")) expect(contained.report).toContain('{"');
      else expect(contained.report).toContain(`  ${entry}`);
  }
  const { web = "" } = testAccount.network.groups;
  const interfaces = section(contained, "Interfaces");
  expect(interfaces).toHaveLength(3);
  for (const id of testAccount.interfaceIds)
    expect(interfaces.find((line) => line.startsWith(id))).toMatch(
      /: contained; before sg-\S+.*; now sg-\S+ \(ContainEC2Instance-containment-\S+\)$/,
    );
  expect(interfaces.join()).toContain(`before ${web}`);
  expect(section(contained, "Backup")).toEqual([
    `s3://${testAccount.bucket}/${backupKey(contained)}`,
  ]);
  expect(section(contained, "Security groups")).toHaveLength(1);
  expect(section(contained, "Auto Scaling")[0]).toContain("before InService, MinSize 2");
  expect(section(contained, "Tagged")).toEqual(
    expect.arrayContaining([testAccount.instanceId, ...testAccount.interfaceIds]),
  );
  expect(section(contained, "Not cut").join()).toContain("ICMP");
  // Invariant 3: the time for which the instance was open is measured.
  expect(section(contained, "Open for seconds").join()).toMatch(/^\d+\.\d$/);
});

test("the command that Contain prints releases the instance", async () => {
  const testAccount = await groupTestAccount();
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain(tagged);
  const answer = JSON.parse(await pasteAll(testAccount, contained, "To release")) as {
    AutomationExecutionId: string;
  };
  const released = await testAccount.finished(answer.AutomationExecutionId);
  expect(released, released.failure).toMatchObject({
    status: "Success",
    reportStep: "restoreFinalOutput",
  });
  expect(await left(testAccount, before)).toEqual([]);
});

test("after a containment that failed, the printed commands isolate by hand", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
  const [one = ""] = testAccount.interfaceIds;
  const stop = refuse(testAccount, one);
  const failed = await testAccount.contain(tagged);
  stop();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("is only PARTLY isolated");
  expect(failed.report).toContain("Refused on purpose");
  await pasteAll(testAccount, failed, "To isolate by hand");
  const after = await testAccount.contain(tagged);
  expect(after.status, after.report).toBe("Success");
  const moved = emulator.calls
    .mutating({ executionId: after.id })
    .filter((call) => call.operation === "ModifyNetworkInterfaceAttribute");
  expect(moved).toEqual([]);
});

test("after a containment that failed, the printed commands give every interface its groups back", async () => {
  const testAccount = await groupTestAccount();
  const before = await groupsByInterface(testAccount);
  const [one = ""] = testAccount.interfaceIds;
  const stop = refuse(testAccount, one);
  const failed = await testAccount.contain(tagged);
  stop();
  expect(failed.status).toBe("Failed");
  expect(await groupsByInterface(testAccount)).not.toEqual(before);
  await pasteAll(testAccount, failed, "To give groups back by hand");
  expect(await groupsByInterface(testAccount)).toEqual(before);
});

test("after a release that failed, the printed commands finish it by hand", async () => {
  const testAccount = await groupTestAccount();
  const before = await testAccount.snapshot();
  const key = backupKey(await testAccount.contain(tagged));
  const [one = ""] = testAccount.interfaceIds;
  const stop = refuse(testAccount, one, "restoreInstanceConfiguration");
  const failed = await testAccount.release(key);
  stop();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(failed, "What failed").join()).toContain("Refused on purpose");
  await pasteAll(testAccount, failed, "To finish by hand");
  expect(await left(testAccount, before)).toEqual([]);
});

test("the release command of a failed release finishes it", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
  const before = await testAccount.snapshot();
  const key = backupKey(await testAccount.contain());
  const [one = ""] = testAccount.interfaceIds;
  const stop = refuse(testAccount, one, "restoreInstanceConfiguration");
  const failed = await testAccount.release(key);
  stop();
  const line = section(failed, "To finish").find((text) => text.startsWith("aws ")) ?? "";
  const { AutomationExecutionId } = JSON.parse(await paste(testAccount, line)) as {
    AutomationExecutionId: string;
  };
  const released = await testAccount.finished(AutomationExecutionId);
  expect(released.status, released.failure).toBe("Success");
  expect(await left(testAccount, before)).toEqual([]);
});

test("the release line works for who started the document of another account, by its ARN", async () => {
  const [owner, user] = await Promise.all([makeTestAccount(emulator), makeTestAccount(emulator)]);
  await owner.ssm.send(
    new ModifyDocumentPermissionCommand({
      Name: documentName,
      PermissionType: "Share",
      AccountIdsToAdd: [user.accountId],
    }),
  );
  await user.ssm.send(new DeleteDocumentCommand({ Name: documentName }));
  const before = await user.snapshot();
  const { AutomationExecutionId = "" } = await user.ssm.send(
    new StartAutomationExecutionCommand({
      DocumentName: `arn:aws:ssm:us-east-1:${owner.accountId}:document/${documentName}`,
      Parameters: {
        DryRun: ["false"],
        InstanceId: [user.instanceId],
        S3BucketName: [user.bucket],
        AutomationAssumeRole: [user.role],
      },
    }),
  );
  const contained = await user.finished(AutomationExecutionId);
  expect(contained.status, contained.failure).toBe("Success");
  const answer = JSON.parse(await pasteAll(user, contained, "To release")) as {
    AutomationExecutionId: string;
  };
  const released = await user.finished(answer.AutomationExecutionId);
  expect(released.status, released.failure).toBe("Success");
  expect(await left(user, before)).toEqual([]);
});

test("what the role may not do is printed ready to paste, and does what it says", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await emulator.settings({ imageDelay: 0 }, testAccount.accountId);
  const contained = await testAccount.contain({ CreateAMIBackup: "true" });
  expect(contained.status, contained.report).toBe("Success");
  const lines = section(contained, "Next, which this role may not do");
  await paste(testAccount, `set -e\n${lines.join("\n").replaceAll("FORENSICS", "111122223333")}`);
  const read = (Attribute: "disableApiTermination" | "instanceInitiatedShutdownBehavior") =>
    testAccount.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: testAccount.instanceId, Attribute }),
    );
  expect((await read("disableApiTermination")).DisableApiTermination?.Value).toBe(true);
  expect(
    (await read("instanceInitiatedShutdownBehavior")).InstanceInitiatedShutdownBehavior?.Value,
  ).toBe("stop");
  const found = await testAccount.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [testAccount.instanceId] }),
  );
  const disks = found.Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
  expect(disks.map((disk) => disk.Ebs?.DeleteOnTermination)).toEqual([false]);
  const images = await testAccount.ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  for (const { ImageId } of images.Images ?? [])
    expect(lines.join()).toContain(`--image-id ${ImageId}`);
});

test("33 interfaces stay within the 100 KB and the 100 entries of a list that a script may give, in every report", async () => {
  const testAccount = await makeTestAccount(emulator, {
    interfaces: Array.from({ length: 33 }, () => ["web", "db", "admin"] as const),
  });
  const before = await testAccount.snapshot();
  const rule = (port: number): string =>
    `{"Cidr": "198.51.100.7/32", "IpProtocol": "tcp", "FromPort": "10${port}", "ToPort": "20${port}"}`;
  const IngressInput = Array.from({ length: rulesThatFit }, (_, index) => rule(index + 10));
  const most = { IngressInput, TagIdentifier: `Key=${"k".repeat(100)},Value=${"v".repeat(100)}` };
  const runs = [await testAccount.run(most)];
  // The last interface is refused, so that the failure's report has the most to say.
  const stop = refuse(testAccount, testAccount.interfaceIds[32] ?? "");
  runs.push(await testAccount.contain(most));
  stop();
  const contained = await testAccount.contain(most);
  expect(contained.status, contained.report.slice(0, 2000)).toBe("Success");
  expect(section(contained, "Interfaces")).toHaveLength(33);
  const key = backupKey(contained);
  runs.push(contained, await testAccount.run({ Action: "Release", S3PrefixName: key }));
  const released = await testAccount.release(key);
  expect(released.status, released.failure.slice(0, 2000)).toBe("Success");
  runs.push(released);
  for (const run of runs)
    for (const step of run.steps)
      for (const [name, values] of Object.entries(step.outputs))
        expect(
          Buffer.byteLength(values.join("")),
          `${run.reportStep}: ${step.name}.${name}`,
        ).toBeLessThan(100_000);
  // The list of the JSON is cut at 100 entries, the text is not.
  const planned = runs[0]?.report.match(/"ec2:ModifyNetworkInterfaceAttribute"/g) ?? [];
  expect(planned).toHaveLength(33 * 5);
  expect(await left(testAccount, before)).toEqual([]);
});
