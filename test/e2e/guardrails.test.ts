/** The instance is isolated whatever else a guardrail refuses, and the report says what could not be done. */
import { CreateOrUpdateTagsCommand } from "@aws-sdk/client-auto-scaling";
import { namedFault } from "automation-emulator";
import { describe, expect, test } from "vitest";
import {
  groupState,
  lifecycleState,
  makeAutoScalingGroup,
  memberAtMinSize,
  memberTestAccount,
} from "../account/asg.ts";
import { runbookDocument } from "../account/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { denying, refused, withFault } from "../account/faults.ts";
import { type Run, section } from "../account/run.ts";
import { expectIsolated, left, moves } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const tagged = { TagIdentifier: "Key=Case,Value=4711" };

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
  testAccount: TestAccount,
  run: Run,
  before: Awaited<ReturnType<TestAccount["snapshot"]>>,
): Promise<void> {
  const released = await testAccount.release(backupKey(run));
  expect(released.status, released.report).toBe("Success");
  expect(await left(testAccount, before, { images: true })).toEqual([]);
}

describe("a guardrail that refuses", () => {
  test.concurrent.each(["0.0.0.0/0", "::/0"])(
    "rules for %s cuts no connection: the instance is isolated, and the report names the interfaces whose connections may live on",
    async (parameterValue) => {
      const testAccount = await makeTestAccount(emulator);
      const before = await testAccount.snapshot();
      const actions = ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"];
      const run = await denying(testAccount, actions, () => testAccount.contain(tagged), {
        parameterValue,
      });
      expectWarned(run, "may live on", "AuthorizeSecurityGroup", ...testAccount.interfaceIds);
      await expectIsolated(testAccount);
      expect(moves(testAccount, run)).toHaveLength(testAccount.interfaceIds.length);
      await expectReleased(testAccount, run, before);
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
      const testAccount = await memberAtMinSize(emulator);
      const before = await testAccount.snapshot();
      const run = await denying(testAccount, [action], () => testAccount.contain(tagged));
      expectWarned(run, said);
      await expectIsolated(testAccount);
      const { min, desired } = await groupState(testAccount);
      const standby = (await lifecycleState(testAccount, testAccount.instanceId)) === "Standby";
      expect({ min, desired }).toEqual(standby ? { min: 1, desired: 1 } : { min: 2, desired: 2 });
      await expectReleased(testAccount, run, before);
    },
  );

  test.concurrent("Standby is made good by Contain again, once it is allowed", async () => {
    const testAccount = await memberAtMinSize(emulator);
    const before = await testAccount.snapshot();
    await denying(testAccount, ["autoscaling:EnterStandby"], () => testAccount.contain());
    const again = await testAccount.contain();
    expect(again.status, again.report).toBe("Success");
    expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
    await expectIsolated(testAccount);
    expect(moves(testAccount, again).filter(({ parameters }) => opens(parameters))).toEqual([]);
    await expectReleased(testAccount, again, before);
  });

  // Nothing leads the next run back from this state, so docs/threat-model.md says what to do.
  test.concurrent.each([{ kill: "before" }, { cancel: "before" }] as const)(
    "tags on the Auto Scaling group, in a run that ends by %j before it isolates: its own key gives Standby and MinSize back",
    async (kind) => {
      const testAccount = await memberAtMinSize(emulator);
      const before = await testAccount.snapshot();
      const fault = { operation: "CreateSecurityGroup", step: "createContainmentSecurityGroup" };
      const died = await denying(testAccount, ["autoscaling:CreateOrUpdateTags"], () =>
        withFault(testAccount, fault, kind, () => testAccount.contain(tagged)),
      );
      expect(died.status).not.toBe("Success");
      expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
      const look = died.steps.find(({ name }) => name === "getAutoScalingInstanceInfo");
      const released = await testAccount.release(look?.outputs.Key?.[0] ?? "");
      expect(released.status, released.report).toBe("Success");
      expect(await left(testAccount, before)).toEqual([]);
    },
  );
});

const opens = (parameters: Readonly<Record<string, unknown>>): boolean =>
  JSON.stringify(parameters).includes("all-access");

test.concurrent("an Auto Scaling group that has 50 tags already takes no more, and the instance is isolated", async () => {
  const testAccount = await memberAtMinSize(emulator);
  const tags = Array.from({ length: 50 }, (_, index) => ({
    ...{ ResourceId: "fleet", ResourceType: "auto-scaling-group", PropagateAtLaunch: false },
    ...{ Key: `own${index}`, Value: "x" },
  }));
  await testAccount.autoscaling.send(new CreateOrUpdateTagsCommand({ Tags: tags }));
  const before = await testAccount.snapshot();
  const run = await withFault(testAccount, { operation: "CreateOrUpdateTags" }, refused, () =>
    testAccount.contain(tagged),
  );
  expectWarned(run, "CreateOrUpdateTags");
  await expectIsolated(testAccount);
  expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
  await expectReleased(testAccount, run, before);
});

test.concurrent.each([
  ["once", 1],
  ["for as long as the run lasts", 1000],
])(
  "a scaling activity in progress %s does not keep the instance from being isolated",
  async (_, times) => {
    const testAccount = await memberAtMinSize(emulator);
    const before = await testAccount.snapshot();
    const stop = emulator.faults.add(
      namedFault("scaling-activity-in-progress", { accountId: testAccount.accountId, times }),
    );
    const run = await testAccount.contain();
    stop();
    expectWarned(run, ...(times === 1 ? [] : ["ScalingActivityInProgress", "not in Standby"]));
    await expectIsolated(testAccount);
    await expectReleased(testAccount, run, before);
  },
);

test("an instance from whose state no way leads to Standby is isolated, and the report says that its group may terminate it", async () => {
  const states = [
    ...["Pending", "Pending:Wait", "Terminating", "Terminating:Wait", "Detaching"],
    ...["Warmed:Pending", "Warmed:Running", "Warmed:Stopped", "Warmed:Hibernated"],
  ];
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const size = states.length;
  const group = await makeAutoScalingGroup(testAccount, { min: 0, max: size, desired: size });
  const lifecycleStates = Object.fromEntries(
    states.map((state, index) => [group.instanceIds[index] ?? "", state]),
  );
  await emulator.settings({ lifecycleStates }, testAccount.accountId);
  await Promise.all(
    states.map(async (state, index) => {
      const member = await memberTestAccount(testAccount, group, index);
      const run = await member.contain();
      expectWarned(run, `No way leads from ${state} to Standby`, "may terminate");
      await expectIsolated(member);
      const calls = emulator.calls.mutating({ executionId: run.id });
      expect(calls.filter(({ service }) => service === "autoscaling")).toEqual([]);
      const released = await member.release(backupKey(run));
      expect(released.status, released.report).toBe("Success");
    }),
  );
  expect(await groupState(testAccount)).toMatchObject({ min: 0, desired: size });
});

test.concurrent("an instance that comes into service later is brought to Standby by Contain again, without being opened", async () => {
  const testAccount = await memberAtMinSize(emulator);
  const lifecycleStates = { [testAccount.instanceId]: "Pending:Wait" };
  await emulator.settings({ lifecycleStates }, testAccount.accountId);
  expectWarned(await testAccount.contain(), "Pending:Wait");
  await emulator.settings({ lifecycleStates: {} }, testAccount.accountId);
  const again = await testAccount.contain();
  expect(again.status, again.report).toBe("Success");
  expect(await lifecycleState(testAccount, testAccount.instanceId)).toBe("Standby");
  expect(moves(testAccount, again).filter(({ parameters }) => opens(parameters))).toEqual([]);
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
const forImages = /Image|Snapshot|kms:/;
/** Where the bucket lies only tells a dry run whether it has to be made; a key that can't be looked at may do. */
const unseen = new Set(["s3:GetBucketLocation", "kms:DescribeKey"]);
const every = [...new Set(Object.values(runbookDocument().permissions).flat())].sort();

describe("the instance is isolated and the report says what could not be done", () => {
  test.concurrent.each(every.filter((action) => !needed.has(action)).map((action) => [action]))(
    "without %s",
    async (action) => {
      const testAccount = await memberAtMinSize(emulator);
      const before = await testAccount.snapshot();
      const images = forImages.test(action) ? { CreateAMIBackup: "true" } : {};
      await emulator.settings({ imageDelay: 0 }, testAccount.accountId);
      const { denied, run } = await withDenials(testAccount, [action], () =>
        testAccount.contain({ ...tagged, ...images }),
      );
      const deletes = action === "ec2:DeleteSecurityGroup";
      await expectIsolated(testAccount, { openGroupsLeft: deletes });
      if (denied === 0) expect(run.status, run.report).toBe("Success");
      else if (!unseen.has(action))
        expect(told(run)).toMatch(/denied|not authorized|AccessDenied/i);
      await expectReleased(testAccount, run, before);
    },
  );

  test.concurrent("without anything but the few permissions that the isolation needs", async () => {
    const testAccount = await memberAtMinSize(emulator);
    const before = await testAccount.snapshot();
    const run = await denying(testAccount, ["*"], () => testAccount.contain(tagged), {
      except: [...needed, "sts:*"],
    });
    expectUnproved(run);
    await expectIsolated(testAccount);
    await expectReleased(testAccount, run, before);
  });

  test.concurrent("without anything but those, and the two for the rules that were asked for", async () => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();
    const rule = { Cidr: "198.51.100.7/32", IpProtocol: "tcp", FromPort: "22", ToPort: "22" };
    const run = await denying(
      testAccount,
      ["*"],
      () => testAccount.contain({ IngressInput: [JSON.stringify(rule)] }),
      { except: [...needed, ...forAskedRules, "sts:*"] },
    );
    expectUnproved(run);
    await expectIsolated(testAccount, { ingress: ["tcp 22-22 198.51.100.7/32"] });
    await expectReleased(testAccount, run, before);
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
  testAccount: TestAccount,
  actions: readonly string[],
  work: () => Promise<Run>,
): Promise<{ readonly denied: number; readonly run: Run }> {
  const { guardrails } = emulator.iam;
  const known = new Set(guardrails.list().map(({ id }) => id));
  const stop = guardrails.deny({ actions, accountId: testAccount.accountId });
  const own = guardrails.list().find(({ id }) => !known.has(id))?.id;
  const run = await work();
  const denied = guardrails.list().find(({ id }) => id === own)?.denied ?? 0;
  stop();
  return { denied, run };
}

describe("without a permission that the isolation needs, nothing is left half done", () => {
  test.concurrent.each([...needed].map((action) => [action]))("%s", async (action) => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
    const before = await testAccount.snapshot();
    const run = await denying(testAccount, [action], () => testAccount.contain(tagged));
    expect(run.status).toBe("Failed");
    expect(`${run.failure}${run.report}`).toMatch(
      /Nothing was changed|is NOT isolated|DescribeInstances/,
    );
    const again = await testAccount.contain(tagged);
    expect(again.status, again.report).toBe("Success");
    await expectIsolated(testAccount);
    await expectReleased(testAccount, again, before);
  });
});
