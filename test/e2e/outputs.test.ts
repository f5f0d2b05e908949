import { type Emulator, startEmulator } from "automation-emulator";
import { attachInterface } from "automation-emulator/sample/account";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupState, makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { paste } from "../world/cli.ts";
import { type Run, section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
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

/** What differs, but for the backup and its notes. */
async function left(
  world: World,
  before: Awaited<ReturnType<World["snapshot"]>>,
): Promise<readonly string[]> {
  const all = differences(before, await world.snapshot());
  return all.filter((line) => !line.startsWith(`buckets ${world.bucket} versions`));
}

/** Pastes all lines of a section into one shell that ends at the first one that fails. */
async function pasteAll(world: World, run: Run, heading: string): Promise<string> {
  const lines = section(run, heading);
  expect(lines.length, run.report).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^aws --region us-east-1 /);
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

test("item 6: a summary says what was, what is, what was made and where the backup is, as text and as JSON alike", async () => {
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
  expect(section(contained, "Open for seconds")).toEqual([expect.stringMatching(/^\d+\.\d$/)]);
});

test("item 6: the command that Contain prints releases the instance", async () => {
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

test("item 6: after a containment that failed, the printed commands isolate by hand", async () => {
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

test("item 6: after a containment that failed, the printed commands give the groups back, and the printed release all the rest", async () => {
  const world = await groupWorld();
  const before = await world.snapshot();
  const [one = ""] = world.interfaceIds;
  const stop = refuse(world, one);
  const failed = await world.contain(tagged);
  stop();
  expect(await groupState(world)).toMatchObject({ min: 1, desired: 1 });
  await pasteAll(world, failed, "To give groups back by hand");
  const { AutomationExecutionId } = JSON.parse(await pasteAll(world, failed, "To release")) as {
    AutomationExecutionId: string;
  };
  const released = await world.finished(AutomationExecutionId);
  expect(released.status, released.report).toBe("Success");
  expect(await left(world, before)).toEqual([]);
});

test("item 6: after a release that failed, the printed commands finish it by hand", async () => {
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

test("item 6: the release command of a failed release finishes it", async () => {
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

test("items 6 and 8: fifteen interfaces and all rules stay within the limit of 100 KB, in every report", async () => {
  const world = await makeWorld(emulator, {
    interfaces: Array.from({ length: 15 }, () => ["web", "db", "admin"] as const),
  });
  const before = await world.snapshot();
  const rule = (port: number): string =>
    `{"Cidr": "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff${port}/128", "IpProtocol": "tcp", "FromPort": "10${port}", "ToPort": "20${port}"}`;
  const rules = { IngressInput: [rule(10), rule(11)], EgressInput: [rule(12)] };
  const long = { TagIdentifier: `Key=${"k".repeat(128)},Value=${"v".repeat(128)}` };
  const most = { ...rules, ...long, S3PrefixName: "p".repeat(64) };
  const runs = [await world.run(most)];
  // The last interface is refused, so that the failure's report has the most to say.
  const stop = refuse(world, world.interfaceIds[14] ?? "");
  runs.push(await world.contain(most));
  stop();
  const contained = await world.contain(most);
  expect(contained.status, contained.report.slice(0, 2000)).toBe("Success");
  expect(section(contained, "Interfaces")).toHaveLength(15);
  const key = backupKey(contained);
  runs.push(contained, await world.run({ Action: "Release", S3PrefixName: key }));
  const released = await world.release(key);
  expect(released.status, released.failure.slice(0, 2000)).toBe("Success");
  runs.push(released);
  expect(runs.map((run) => run.reportStep)).toEqual([
    "reportContain",
    "reportContainmentFailure",
    "containFinalOutput",
    "reportRestore",
    "restoreFinalOutput",
  ]);
  for (const run of runs)
    for (const step of run.steps)
      for (const [name, values] of Object.entries(step.outputs))
        expect(
          Buffer.byteLength(values.join("")),
          `${run.reportStep}: ${step.name}.${name}`,
        ).toBeLessThan(100_000);
  const unlike = await left(world, before);
  expect(unlike).toEqual([]);
});
