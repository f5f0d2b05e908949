/** The instance is isolated whatever else a guardrail refuses, and the report says what could not be done. */
import { CreateOrUpdateTagsCommand } from "@aws-sdk/client-auto-scaling";
import { type Emulator, namedFault, startEmulator } from "automation-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { groupState, lifecycleState, makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { runbookDocument } from "../world/document.ts";
import { denying, refused, withFault } from "../world/faults.ts";
import { type Run, section } from "../world/run.ts";
import { expectIsolated, left, moves } from "../world/state.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 20 });
});
afterAll(() => emulator.close());

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

/** A member of a group at its MinSize, so that every call for the group has to be made. */
async function memberAtMinSize(): Promise<World> {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  return memberWorld(world, await makeAutoScalingGroup(world, { min: 2, max: 2, desired: 2 }));
}

/** What the report warns of, and the messages of steps that failed. */
const told = (run: Run): string =>
  [
    ...section(run, "Warnings"),
    ...section(run, "What failed"),
    ...run.steps.map((step) => step.failure),
  ].join("\n");

/** Expects a containment that succeeded and warned. */
function expectWarned(run: Run, ...words: readonly string[]): void {
  expect(run.status, `${run.failure}\n${run.report}`).toBe("Success");
  expect(run.report).toMatch(/^CONTAINED, WITH WARNINGS: /);
  for (const word of words) expect(told(run)).toContain(word);
}

/** Expects that a release without the guardrail gives back all that there was. */
async function expectReleased(
  world: World,
  run: Run,
  before: Awaited<ReturnType<World["snapshot"]>>,
): Promise<void> {
  const released = await world.release(backupKey(run));
  expect(released.status, released.report).toBe("Success");
  expect(await left(world, before, { images: true })).toEqual([]);
}

describe("a guardrail that refuses", () => {
  test.concurrent.each(["0.0.0.0/0", "::/0"])(
    "rules for %s cuts no connection: the instance is isolated, and the report names the interfaces whose connections may live on",
    async (parameterValue) => {
      const world = await makeWorld(emulator);
      const before = await world.snapshot();
      const actions = ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"];
      const run = await denying(world, actions, () => world.contain(tagged), { parameterValue });
      expectWarned(run, "may live on", "AuthorizeSecurityGroup", ...world.interfaceIds);
      await expectIsolated(world);
      expect(moves(world, run)).toHaveLength(world.interfaceIds.length);
      await expectReleased(world, run, before);
    },
  );

  test.concurrent.each([
    ["EnterStandby", "autoscaling:EnterStandby", "not in Standby"],
    ["a change of MinSize", "autoscaling:UpdateAutoScalingGroup", "UpdateAutoScalingGroup"],
    ["tags on the Auto Scaling group", "autoscaling:CreateOrUpdateTags", "CreateOrUpdateTags"],
    ["everything of Auto Scaling", "autoscaling:*", "can't be read"],
  ])(
    "%s leaves the instance isolated, with a warning, and no MinSize lowered for nothing",
    async (_, action, said) => {
      const world = await memberAtMinSize();
      const before = await world.snapshot();
      const run = await denying(world, [action], () => world.contain(tagged));
      expectWarned(run, said);
      await expectIsolated(world);
      const { min, desired } = await groupState(world);
      const standby = (await lifecycleState(world, world.instanceId)) === "Standby";
      expect({ min, desired }).toEqual(standby ? { min: 1, desired: 1 } : { min: 2, desired: 2 });
      await expectReleased(world, run, before);
    },
  );

  test.concurrent("Standby is made good by Contain again, once it is allowed", async () => {
    const world = await memberAtMinSize();
    const before = await world.snapshot();
    await denying(world, ["autoscaling:EnterStandby"], () => world.contain());
    const again = await world.contain();
    expect(again.status, again.report).toBe("Success");
    expect(await lifecycleState(world, world.instanceId)).toBe("Standby");
    await expectIsolated(world);
    expect(moves(world, again).filter(({ parameters }) => opens(parameters))).toEqual([]);
    await expectReleased(world, again, before);
  });
});

const opens = (parameters: Readonly<Record<string, unknown>>): boolean =>
  JSON.stringify(parameters).includes("all-access");

test.concurrent("an Auto Scaling group that has 50 tags already takes no more, and the instance is isolated", async () => {
  const world = await memberAtMinSize();
  const tags = Array.from({ length: 50 }, (_, index) => ({
    ...{ ResourceId: "fleet", ResourceType: "auto-scaling-group", PropagateAtLaunch: false },
    ...{ Key: `own${index}`, Value: "x" },
  }));
  await world.autoscaling.send(new CreateOrUpdateTagsCommand({ Tags: tags }));
  const before = await world.snapshot();
  const run = await withFault(world, { operation: "CreateOrUpdateTags" }, refused, () =>
    world.contain(tagged),
  );
  expectWarned(run, "CreateOrUpdateTags");
  await expectIsolated(world);
  expect(await lifecycleState(world, world.instanceId)).toBe("Standby");
  await expectReleased(world, run, before);
});

test.concurrent.each([
  ["once", 1],
  ["for as long as the run lasts", 1000],
])(
  "a scaling activity in progress %s does not keep the instance from being isolated",
  async (_, times) => {
    const world = await memberAtMinSize();
    const before = await world.snapshot();
    const stop = emulator.faults.add(
      namedFault("scaling-activity-in-progress", { accountId: world.accountId, times }),
    );
    const run = await world.contain();
    stop();
    expectWarned(run, ...(times === 1 ? [] : ["ScalingActivityInProgress", "not in Standby"]));
    await expectIsolated(world);
    await expectReleased(world, run, before);
  },
);

test("an instance from whose state no way leads to Standby is isolated, and the report says that its group may terminate it", async () => {
  const states = [
    ...["Pending", "Pending:Wait", "Terminating", "Terminating:Wait", "Detaching"],
    ...["Warmed:Pending", "Warmed:Running", "Warmed:Stopped", "Warmed:Hibernated"],
  ];
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  const size = states.length;
  const group = await makeAutoScalingGroup(world, { min: 0, max: size, desired: size });
  const lifecycleStates = Object.fromEntries(
    states.map((state, index) => [group.instanceIds[index] ?? "", state]),
  );
  await emulator.settings({ lifecycleStates }, world.accountId);
  await Promise.all(
    states.map(async (state, index) => {
      const member = await memberWorld(world, group, index);
      const run = await member.contain();
      expectWarned(run, `No way leads from ${state} to Standby`, "may terminate");
      await expectIsolated(member);
      const calls = emulator.calls.mutating({ executionId: run.id });
      expect(calls.filter(({ service }) => service === "autoscaling")).toEqual([]);
      const released = await member.release(backupKey(run));
      expect(released.status, released.report).toBe("Success");
    }),
  );
  expect(await groupState(world)).toMatchObject({ min: 0, desired: size });
});

test.concurrent("an instance that comes into service later is brought to Standby by Contain again, without being opened", async () => {
  const world = await memberAtMinSize();
  const lifecycleStates = { [world.instanceId]: "Pending:Wait" };
  await emulator.settings({ lifecycleStates }, world.accountId);
  expectWarned(await world.contain(), "Pending:Wait");
  await emulator.settings({ lifecycleStates: {} }, world.accountId);
  const again = await world.contain();
  expect(again.status, again.report).toBe("Success");
  expect(await lifecycleState(world, world.instanceId)).toBe("Standby");
  expect(moves(world, again).filter(({ parameters }) => opens(parameters))).toEqual([]);
});

/** What the isolation needs, and nothing else (invariant 4). */
const needed = new Set([
  "ec2:DescribeInstances",
  "s3:PutObject",
  "s3:GetObject",
  "ec2:CreateSecurityGroup",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:ModifyNetworkInterfaceAttribute",
]);
const forAskedRules = ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"];
/** The check of KmsKey stands before everything: who asks for images with a key that can't be read is told so. */
const forImages = /Image|Snapshot|kms:(?!DescribeKey)/;
/** Where the bucket lies only tells a dry run whether it has to be made. */
const unseen = new Set(["s3:GetBucketLocation"]);
const every = [...new Set(Object.values(runbookDocument().permissions).flat())].sort();

describe("the instance is isolated and the report says what could not be done", () => {
  test.concurrent.each(every.filter((action) => !needed.has(action)).map((action) => [action]))(
    "without %s",
    async (action) => {
      const world = await memberAtMinSize();
      const before = await world.snapshot();
      const images = forImages.test(action) ? { CreateAMIBackup: "true" } : {};
      await emulator.settings({ imageDelay: 0 }, world.accountId);
      const { denied, run } = await withDenials(world, [action], () =>
        world.contain({ ...tagged, ...images }),
      );
      const deletes = action === "ec2:DeleteSecurityGroup";
      await expectIsolated(world, { openGroupsLeft: deletes });
      if (denied === 0) expect(run.status, run.report).toBe("Success");
      else if (!unseen.has(action))
        expect(told(run)).toMatch(/denied|not authorized|AccessDenied/i);
      await expectReleased(world, run, before);
    },
  );

  test.concurrent("without anything but the few permissions that the isolation needs", async () => {
    const world = await memberAtMinSize();
    const before = await world.snapshot();
    const run = await denying(world, ["*"], () => world.contain(tagged), {
      except: [...needed, "sts:*"],
    });
    expectUnproved(run);
    await expectIsolated(world);
    await expectReleased(world, run, before);
  });

  test.concurrent("without anything but those, and the two for the rules that were asked for", async () => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();
    const rule = { Cidr: "198.51.100.7/32", IpProtocol: "tcp", FromPort: "22", ToPort: "22" };
    const run = await denying(
      world,
      ["*"],
      () => world.contain({ IngressInput: [JSON.stringify(rule)] }),
      { except: [...needed, ...forAskedRules, "sts:*"] },
    );
    expectUnproved(run);
    await expectIsolated(world, { ingress: ["tcp 22-22 198.51.100.7/32"] });
    await expectReleased(world, run, before);
  });
});

/** Rules that can't be read are not proved: the run says so, and where the groups of before are. */
function expectUnproved(run: Run): void {
  expect(run.status).toBe("Failed");
  expect(run.report).toContain("MAY NOT BE isolated");
  expect(told(run)).toContain("may live on");
  expect(section(run, "To give groups back by hand").length).toBeGreaterThan(0);
}

/** Does something while an action is denied; how often it was. */
async function withDenials(
  world: World,
  actions: readonly string[],
  work: () => Promise<Run>,
): Promise<{ readonly denied: number; readonly run: Run }> {
  const { guardrails } = emulator.iam;
  const known = new Set(guardrails.list().map(({ id }) => id));
  const stop = guardrails.deny({ actions, accountId: world.accountId });
  const own = guardrails.list().find(({ id }) => !known.has(id))?.id;
  const run = await work();
  const denied = guardrails.list().find(({ id }) => id === own)?.denied ?? 0;
  stop();
  return { denied, run };
}

describe("without a permission that the isolation needs, nothing is left half done", () => {
  test.concurrent.each([...needed].map((action) => [action]))("%s", async (action) => {
    const world = await makeWorld(emulator, { interfaces: [["web"], ["db"]] });
    const before = await world.snapshot();
    const run = await denying(world, [action], () => world.contain(tagged));
    expect(run.status).toBe("Failed");
    expect(`${run.failure}${run.report}`).toMatch(
      /Nothing was changed|is NOT isolated|DescribeInstances/,
    );
    const again = await world.contain(tagged);
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(world);
    await expectReleased(world, again, before);
  });
});
