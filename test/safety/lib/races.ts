/** Two runs at once, and people who change things while a run goes on. */
import { UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { DeleteSecurityGroupCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Emulator } from "automation-emulator";
import { attachInterface, runInstance } from "automation-emulator/sample/account";
import { groupState, makeAutoScalingGroup, memberWorld, resize } from "../../world/asg.ts";
import { type Run, section } from "../../world/run.ts";
import { backupKey, makeWorld, type World, withInstance } from "../../world/world.ts";
import { drift, interfacesOf, lies, notContained, openInterfaces } from "./claims.ts";
import { atCall } from "./during.ts";
import type { Finding, Job } from "./jobs.ts";
import { containAndRelease, releaseAgain } from "./recover.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** At which calls of a run the other thing happens: a clean run makes some forty. */
const moments = [1, 6, 11, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40];

type Race = (emulator: Emulator, moment: number) => Promise<Finding>;

const several = named("several interfaces");
const member = named("Auto Scaling under MinSize pressure");

function named(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

const found = (run: Run, violations: readonly string[]): Finding => ({
  violations,
  facts: { status: run.status, title: String(run.json.Title ?? "").split(":")[0] ?? "" },
});

const open = async (world: World): Promise<readonly string[]> =>
  openInterfaces(await world.snapshot()).map((id) => `${id} was left open to all`);

/** A second run of the same instance, begun when the first makes a call. */
const second =
  (scenario: Scenario, first: "Contain" | "Release", other: "Contain" | "Release"): Race =>
  async (emulator, moment) => {
    const world = await scenario.make(emulator);
    const before = await world.snapshot();
    const contains = first === "Contain" && other === "Contain";
    const key = contains ? "" : backupKey(await world.contain(scenario.parameters));
    const go = (action: "Contain" | "Release"): Promise<Run> =>
      action === "Contain" ? world.contain(scenario.parameters) : world.release(key);
    const during = atCall(emulator, world.accountId, moment, () => go(other));
    const one = await go(first);
    during.remove();
    const two = await during.happened();
    const now = await world.snapshot();
    const titles = [one, two].map((run) => String(run?.json.Title ?? ""));
    const wrong = [...(await open(world))];
    if (contains && titles.every((title) => !/^(?:ALREADY )?CONTAINED/.test(title)))
      wrong.push(`neither of two Contains succeeded: ${titles.join(" | ")}`);
    if (contains && titles.some((title) => /^(?:ALREADY )?CONTAINED/.test(title)))
      wrong.push(...notContained(now, world.instanceId));
    wrong.push(...(await containAndRelease(world, scenario, before)));
    return found(one, wrong);
  };

/** Two instances of one VPC are contained at once. */
const neighbours: Race = async (emulator, moment) => {
  const world = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
  const groups = Object.values(world.network.groups);
  const made = await runInstance(world.ec2, world.network.subnetId, [groups.slice(0, 2)]);
  const neighbour = withInstance(world, made.instanceId, made.interfaceIds);
  return both(emulator, moment, world, neighbour);
};

/** Two instances of one Auto Scaling group are contained at once. */
const members: Race = async (emulator, moment) => {
  const world = await makeWorld(emulator, { interfaces: [["db"]] });
  const group = await makeAutoScalingGroup(world, { min: 2, max: 3, desired: 2 });
  return both(
    emulator,
    moment,
    await memberWorld(world, group, 0),
    await memberWorld(world, group, 1),
  );
};

async function both(emulator: Emulator, moment: number, a: World, b: World): Promise<Finding> {
  const before = await a.snapshot();
  const during = atCall(emulator, a.accountId, moment, () => b.contain());
  const first = await a.contain();
  during.remove();
  await during.happened();
  const wrong = [...(await open(a))];
  // A run that lost a race for the group's size is begun again, as its report says.
  const again = [await a.contain(), await b.contain()];
  const contained = await a.snapshot();
  wrong.push(...notContained(contained, a.instanceId), ...notContained(contained, b.instanceId));
  const releases = moment % 2 === 0 ? [a, b] : [b, a];
  for (const world of releases) {
    const run = await world.release(backupKey(again[world === a ? 0 : 1] ?? first));
    if (run.status !== "Success") wrong.push(`a release failed: ${run.failure.slice(0, 800)}`);
  }
  wrong.push(...drift(before, await a.snapshot()));
  return found(first, wrong);
}

/** Somebody sets the group's MinSize while the instance is contained: it stays, and the report says so. */
const resized: Race = async (emulator, moment) => {
  const world = await member.make(emulator);
  const before = await world.snapshot();
  const contained = await world.contain(member.parameters);
  const sizes = [0, 1, 2, 1, 0][moment % 5] ?? 0;
  await resize(world, { min: 0, max: 3 + (moment % 2) });
  await world.autoscaling.send(
    new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "fleet", MinSize: sizes }),
  );
  const during = await groupState(world);
  const run = await world.release(backupKey(contained));
  const after = await groupState(world);
  // Somebody who wants as many as before gets another instance from Auto Scaling at once.
  const wrong =
    sizes === 2
      ? []
      : drift(before, await world.snapshot()).filter(
          (line) => !/^scaling fleet (?:max|min)/.test(line),
        );
  // 1 is what the runbook itself had set, which it gives back; any other is somebody's wish.
  const own = sizes === 1;
  if (own && (run.status !== "Success" || after.min !== 2))
    wrong.push(`MinSize was not given back: ${run.status}, ${after.min}`);
  if (!own && sizes < 2 && after.min !== during.min)
    wrong.push(`MinSize ${during.min} of somebody was made ${after.min}`);
  if (!own && sizes < 2 && !`${run.failure}${section(run, "What failed")}`.includes("MinSize"))
    wrong.push(`nothing is said of MinSize: ${run.status} ${run.failure.slice(0, 500)}`);
  return found(run, wrong);
};

/** An interface is attached while the instance is being contained. */
const attached: Race = async (emulator, moment) => {
  const world = await several.make(emulator);
  const during = atCall(emulator, world.accountId, moment, async () => {
    const { web = "" } = world.network.groups;
    const id = await attachInterface(world.ec2, world.instanceId, world.network.subnetId, [web], 5);
    return { id, web };
  });
  const run = await world.contain(several.parameters);
  during.remove();
  const late = await during.happened();
  const now = await world.snapshot();
  const wrong = [...(await open(world))];
  // What is attached after the last look is another matter than what was there to be seen.
  const line = section(run, "Interfaces").find((one) => one.startsWith(late?.id ?? "none"));
  if (run.status === "Success" && line !== undefined)
    wrong.push(...notContained(now, world.instanceId));
  // Attached between the proof and the report, it is seen there, and the run says so by failing.
  if (run.status !== "Success" && !line?.includes("OTHER GROUPS"))
    wrong.push(`the containment ended ${run.status}: ${run.failure.slice(0, 500)}`);
  const again = await world.contain(several.parameters);
  wrong.push(...notContained(await world.snapshot(), world.instanceId));
  const release = await world.release(backupKey(again));
  if (release.status !== "Success") wrong.push(`Release: ${release.failure.slice(0, 800)}`);
  const groups = interfacesOf(await world.snapshot(), world.instanceId).find(
    ({ id }) => id === late?.id,
  )?.groups;
  if (late !== undefined && groups?.join() !== late.web)
    wrong.push(`the late interface has ${groups?.join()} after the release, not ${late.web}`);
  return found(run, wrong);
};

/** Somebody terminates the instance while it is being contained. */
const terminated: Race = async (emulator, moment) => {
  const world = await several.make(emulator);
  const { instanceId } = world;
  const during = atCall(emulator, world.accountId, moment, () =>
    world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
  );
  const run = await world.contain(several.parameters);
  during.remove();
  await during.happened();
  const wrong = [...(await open(world))];
  const looks = emulator.calls
    .of({ executionId: run.id })
    .map(({ operation }) => operation)
    .lastIndexOf("DescribeInstances");
  if (run.status === "Success" && moment <= looks)
    wrong.push(`it says ${String(run.json.Title)} of an instance that is gone`);
  return found(run, wrong);
};

/** Somebody deletes a group of before while no interface is on it. */
const deleted: Race = async (emulator) => {
  const world = await several.make(emulator);
  const before = await world.snapshot();
  const contained = await world.contain(several.parameters);
  const { admin = "" } = world.network.groups;
  await world.ec2.send(new DeleteSecurityGroupCommand({ GroupId: admin }));
  const earlier = await world.snapshot();
  const run = await world.release(backupKey(contained));
  const now = await world.snapshot();
  const wrong = [...lies(run, world.instanceId, before, earlier, now)];
  if (run.status === "Success") wrong.push("a Release that lacks a group is called a Success");
  if (!JSON.stringify(run.json).includes(admin)) wrong.push(`the report does not name ${admin}`);
  const restored = interfacesOf(before, world.instanceId).filter(
    ({ groups }) => !groups.includes(admin),
  );
  const after = interfacesOf(now, world.instanceId);
  for (const { id, groups } of restored)
    if (after.find((one) => one.id === id)?.groups.join() !== groups.join())
      wrong.push(`${id} was not restored, though its groups are there`);
  return found(run, wrong);
};

/** Two releases at once. */
const releases: Race = async (emulator, moment) => {
  const world = await several.make(emulator);
  const before = await world.snapshot();
  const key = backupKey(await world.contain(several.parameters));
  const during = atCall(emulator, world.accountId, moment, () => world.release(key));
  const run = await world.release(key);
  during.remove();
  await during.happened();
  return found(run, [...(await open(world)), ...(await releaseAgain(world, key, before))]);
};

const races: Readonly<Record<string, { run: Race; at: readonly number[] }>> = {
  "two Contains of an instance": { run: second(several, "Contain", "Contain"), at: moments },
  "two Contains of a member": { run: second(member, "Contain", "Contain"), at: moments },
  "Release during Contain": { run: second(several, "Contain", "Release"), at: moments },
  "Contain during Release": { run: second(several, "Release", "Contain"), at: moments },
  "Contain during Release of a member": { run: second(member, "Release", "Contain"), at: moments },
  "two Releases": { run: releases, at: moments },
  "two instances of a VPC": { run: neighbours, at: moments },
  "two instances of an Auto Scaling group": { run: members, at: moments },
  "MinSize set between Contain and Release": { run: resized, at: [0, 1, 2, 3, 4] },
  "an interface attached during Contain": { run: attached, at: moments },
  "the instance terminated during Contain": { run: terminated, at: moments },
  "a group deleted between Contain and Release": { run: deleted, at: [0] },
};

export const raceJobs: readonly Job[] = Object.entries(races).flatMap(([name, { run, at }]) =>
  at.map(
    (moment): Job => ({
      section: "races",
      id: `${name}, at call ${moment}`,
      run: ({ emulator }) => run(emulator, moment),
    }),
  ),
);
