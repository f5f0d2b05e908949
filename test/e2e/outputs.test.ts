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
import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface } from "automation-emulator/sample/account";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rulesThatFit } from "../../steps/parameters.ts";
import { makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { paste } from "../world/cli.ts";
import { documentName } from "../world/document.ts";
import { type Run, section } from "../world/run.ts";
import { groupsByInterface, left } from "../world/state.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

/** An instance with three interfaces at its group's MinSize. */
async function groupWorld(): Promise<World> {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const group = await makeAutoScalingGroup(world, { min: 2, max: 2, desired: 2 });
  const member = await memberWorld(world, group);
  const { web = "", db = "", admin = "" } = world.network.groups;
  for (const [index, groups] of [[web, db], [admin]].entries())
    await attachInterface(world.ec2, member.instanceId, world.network.subnetId, groups, index + 1);
  return memberWorld(world, group);
}

/** Pastes all lines of a section into one shell that ends at the first one that fails. */
async function pasteAll(world: World, run: Run, heading: string): Promise<string> {
  const lines = section(run, heading);
  expect(lines.length, run.report).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^aws (?:--region us-east-1|iam) /);
  for (const line of lines) expect(run.report).toContain(line);
  return paste(world, `set -e\n${lines.join("\n")}`);
}

/** Makes one interface's change refused while the containment runs. */
function refuse(world: World, interfaceId: string, step?: string): () => void {
  return emulator.faults.add({
    match: {
      accountId: world.accountId,
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
  const world = await groupWorld();
  const contained = await world.contain(tagged);
  expect(contained.status, contained.failure).toBe("Success");
  const first = contained.report.split("\n")[0] ?? "";
  expect(first).toBe(
    `CONTAINED, WITH WARNINGS: ${world.instanceId} in ${world.accountId}, us-east-1, execution ${contained.id}`,
  );
  expect(contained.json.Title).toBe(first);
  for (const [heading, entries] of Object.entries(contained.json)) {
    if (heading === "Title" || !Array.isArray(entries)) continue;
    expect(contained.report).toContain(`\n${heading}:\n`);
    for (const entry of section(contained, heading))
      if (entry.startsWith("{")) expect(contained.report).toContain('{"');
      else expect(contained.report).toContain(`  ${entry}`);
  }
  const { web = "" } = world.network.groups;
  const interfaces = section(contained, "Interfaces");
  expect(interfaces).toHaveLength(3);
  for (const id of world.interfaceIds)
    expect(interfaces.find((line) => line.startsWith(id))).toMatch(
      /: contained; before sg-\S+.*; now sg-\S+ \(ContainEC2Instance-containment-\S+\)$/,
    );
  expect(interfaces.join()).toContain(`before ${web}`);
  expect(section(contained, "Backup")).toEqual([`s3://${world.bucket}/${backupKey(contained)}`]);
  expect(section(contained, "Security groups")).toHaveLength(1);
  expect(section(contained, "Auto Scaling")[0]).toContain("before InService, MinSize 2");
  expect(section(contained, "Tagged")).toEqual(
    expect.arrayContaining([world.instanceId, ...world.interfaceIds]),
  );
  expect(section(contained, "Not cut").join()).toContain("ICMP");
  // Invariant 3: the time for which the instance was open is measured.
  expect(section(contained, "Open for seconds").join()).toMatch(/^\d+\.\d$/);
});

test("the command that Contain prints releases the instance", async () => {
  const world = await groupWorld();
  const before = await world.snapshot();
  const contained = await world.contain(tagged);
  const answer = JSON.parse(await pasteAll(world, contained, "To release")) as {
    AutomationExecutionId: string;
  };
  const released = await world.finished(answer.AutomationExecutionId);
  expect(released, released.failure).toMatchObject({
    status: "Success",
    reportStep: "restoreFinalOutput",
  });
  expect(await left(world, before)).toEqual([]);
});

test("after a containment that failed, the printed commands isolate by hand", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
  const [one = ""] = world.interfaceIds;
  const stop = refuse(world, one);
  const failed = await world.contain(tagged);
  stop();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(failed.report).toContain("is only PARTLY isolated");
  expect(failed.report).toContain("Refused on purpose");
  await pasteAll(world, failed, "To isolate by hand");
  const after = await world.contain(tagged);
  expect(after.status, after.report).toBe("Success");
  const moved = emulator.calls
    .mutating({ executionId: after.id })
    .filter((call) => call.operation === "ModifyNetworkInterfaceAttribute");
  expect(moved).toEqual([]);
});

test("after a containment that failed, the printed commands give every interface its groups back", async () => {
  const world = await groupWorld();
  const before = await groupsByInterface(world);
  const [one = ""] = world.interfaceIds;
  const stop = refuse(world, one);
  const failed = await world.contain(tagged);
  stop();
  expect(failed.status).toBe("Failed");
  expect(await groupsByInterface(world)).not.toEqual(before);
  await pasteAll(world, failed, "To give groups back by hand");
  expect(await groupsByInterface(world)).toEqual(before);
});

test("after a release that failed, the printed commands finish it by hand", async () => {
  const world = await groupWorld();
  const before = await world.snapshot();
  const key = backupKey(await world.contain(tagged));
  const [one = ""] = world.interfaceIds;
  const stop = refuse(world, one, "restoreInstanceConfiguration");
  const failed = await world.release(key);
  stop();
  expect(failed).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
  expect(section(failed, "What failed").join()).toContain("Refused on purpose");
  await pasteAll(world, failed, "To finish by hand");
  expect(await left(world, before)).toEqual([]);
});

test("the release command of a failed release finishes it", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
  const before = await world.snapshot();
  const key = backupKey(await world.contain());
  const [one = ""] = world.interfaceIds;
  const stop = refuse(world, one, "restoreInstanceConfiguration");
  const failed = await world.release(key);
  stop();
  const line = section(failed, "To finish").find((text) => text.startsWith("aws ")) ?? "";
  const { AutomationExecutionId } = JSON.parse(await paste(world, line)) as {
    AutomationExecutionId: string;
  };
  const released = await world.finished(AutomationExecutionId);
  expect(released.status, released.failure).toBe("Success");
  expect(await left(world, before)).toEqual([]);
});

test("the release line works for who started the document of another account, by its ARN", async () => {
  const [owner, user] = await Promise.all([makeWorld(emulator), makeWorld(emulator)]);
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
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  await emulator.settings({ imageDelay: 0 }, world.accountId);
  const contained = await world.contain({ CreateAMIBackup: "true" });
  expect(contained.status, contained.report).toBe("Success");
  const lines = section(contained, "Next, which this role may not do");
  await paste(world, `set -e\n${lines.join("\n").replaceAll("FORENSICS", "111122223333")}`);
  const read = (Attribute: "disableApiTermination" | "instanceInitiatedShutdownBehavior") =>
    world.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: world.instanceId, Attribute }),
    );
  expect((await read("disableApiTermination")).DisableApiTermination?.Value).toBe(true);
  expect(
    (await read("instanceInitiatedShutdownBehavior")).InstanceInitiatedShutdownBehavior?.Value,
  ).toBe("stop");
  const found = await world.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [world.instanceId] }),
  );
  const disks = found.Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
  expect(disks.map((disk) => disk.Ebs?.DeleteOnTermination)).toEqual([false]);
  const images = await world.ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  for (const { ImageId } of images.Images ?? [])
    expect(lines.join()).toContain(`--image-id ${ImageId}`);
});

test("33 interfaces stay within the 100 KB and the 100 entries of a list that a script may give, in every report", async () => {
  const world = await makeWorld(emulator, {
    interfaces: Array.from({ length: 33 }, () => ["web", "db", "admin"] as const),
  });
  const before = await world.snapshot();
  const rule = (port: number): string =>
    `{"Cidr": "198.51.100.7/32", "IpProtocol": "tcp", "FromPort": "10${port}", "ToPort": "20${port}"}`;
  const IngressInput = Array.from({ length: rulesThatFit }, (_, index) => rule(index + 10));
  const most = { IngressInput, TagIdentifier: `Key=${"k".repeat(100)},Value=${"v".repeat(100)}` };
  const runs = [await world.run(most)];
  // The last interface is refused, so that the failure's report has the most to say.
  const stop = refuse(world, world.interfaceIds[32] ?? "");
  runs.push(await world.contain(most));
  stop();
  const contained = await world.contain(most);
  expect(contained.status, contained.report.slice(0, 2000)).toBe("Success");
  expect(section(contained, "Interfaces")).toHaveLength(33);
  const key = backupKey(contained);
  runs.push(contained, await world.run({ Action: "Release", S3PrefixName: key }));
  const released = await world.release(key);
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
  expect(await left(world, before)).toEqual([]);
});
