import {
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import { type Emulator, startEmulator } from "automation-emulator";
import type { FaultKind, FaultMatch } from "automation-emulator/gateway/faults";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { type Run, section } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

const refused: FaultKind = {
  error: { code: "InternalFailure", message: "Refused on purpose.", status: 400 },
};

const tagged = { TagIdentifier: "Key=Case,Value=4711" };
const imaged = { ...tagged, CreateAMIBackup: "true" };

const simpleWorld = (): Promise<World> => makeWorld(emulator, { interfaces: [["web"]] });

/** An instance at its group's MinSize, so that every step of Contain has something to do. */
async function groupWorld(): Promise<World> {
  const world = await simpleWorld();
  return memberWorld(world, await makeAutoScalingGroup(world, { min: 2, max: 2, desired: 2 }));
}

/** Runs with a fault, and takes the fault down again. */
async function withFault(
  world: World,
  match: FaultMatch,
  kind: FaultKind,
  run: () => Promise<Run>,
): Promise<Run> {
  const stop = emulator.faults.add({
    match: { accountId: world.accountId, automationOnly: true, ...match },
    kind,
  });
  const hits = emulator.faults.hits.length;
  try {
    return await run();
  } finally {
    expect(emulator.faults.hits.slice(hits).length, JSON.stringify(match)).toBeGreaterThan(0);
    stop();
  }
}

/** The interfaces that are on an all-access group: after a run, none may be. */
async function open(world: World): Promise<string[]> {
  const [groups, interfaces] = await Promise.all([
    world.ec2.send(new DescribeSecurityGroupsCommand({})),
    world.ec2.send(new DescribeNetworkInterfacesCommand({})),
  ]);
  const opening = (groups.SecurityGroups ?? [])
    .filter((group) => group.GroupName?.includes("all-access"))
    .map((group) => group.GroupId);
  return (interfaces.NetworkInterfaces ?? [])
    .filter((one) => (one.Groups ?? []).some((group) => opening.includes(group.GroupId)))
    .map((one) => one.NetworkInterfaceId ?? "");
}

/** What differs from before, but for the backup and the images, which are kept. */
async function left(world: World, before: Awaited<ReturnType<World["snapshot"]>>) {
  const all = differences(before, await world.snapshot());
  return all.filter((line) => !/^(?:buckets \S+ versions|images|snapshots|volumes)\b/.test(line));
}

interface Case {
  readonly step: string;
  readonly call: string;
  readonly match?: FaultMatch;
  /** What the report must say of it. */
  readonly said: string;
  /** Whether a second run and a release are tried too. */
  readonly mend?: boolean;
}

const opening: FaultMatch = {
  predicate: (call) => call.operation.startsWith("ModifyNet") && call.requestedDryRun !== true,
};

/** Steps after the first change, and a call of each that fails. */
const containing: readonly Case[] = [
  {
    step: "describeAutoScalingGroups",
    call: "DescribeAutoScalingGroups",
    said: "not in Standby",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "CreateOrUpdateTags",
    said: "modifyAutoScalingGroup: ",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "UpdateAutoScalingGroup",
    said: "modifyAutoScalingGroup: ",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "EnterStandby",
    said: "modifyAutoScalingGroup: ",
    mend: true,
  },
  {
    step: "createAllAccessSecurityGroup",
    call: "CreateSecurityGroup",
    said: "createAllAccessSecurityGroup: ",
  },
  {
    step: "createAllAccessSecurityGroup",
    call: "second CreateSecurityGroup",
    match: { operation: "CreateSecurityGroup", nth: 2 },
    said: "createAllAccessSecurityGroup: ",
    mend: true,
  },
  {
    step: "createAllAccessSecurityGroup",
    call: "AuthorizeSecurityGroupIngress",
    said: "createAllAccessSecurityGroup: ",
  },
  {
    step: "createAllAccessSecurityGroup",
    call: "ModifyNetworkInterfaceAttribute that opens",
    match: opening,
    said: "createAllAccessSecurityGroup: The all-access group was not put on every interface",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "ModifyNetworkInterfaceAttribute",
    said: "createContainmentSecurityGroup: Not contained",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "DescribeInstances",
    said: "createContainmentSecurityGroup: ",
  },
  {
    step: "assertSourceInstanceRootVolumeIsEbs",
    call: "DescribeInstances",
    said: "assertSourceInstanceRootVolumeIsEbs or createImage: failed",
  },
  {
    step: "createImage",
    call: "CreateImage",
    said: "assertSourceInstanceRootVolumeIsEbs or createImage: failed",
  },
  { step: "createEncryptedCopy", call: "CopyImage", said: "createEncryptedCopy: failed" },
  { step: "conclude", call: "CreateTags", said: "Not everything could be read or done" },
  {
    step: "conclude",
    call: "DescribeInstances",
    said: "Not everything could be read or done",
    mend: true,
  },
];

const forImages = /Image|Root|Encrypted/;
const forScaling = /AutoScaling/;

const parametersFor = (step: string) => (forImages.test(step) ? imaged : tagged);
const worldFor = (step: string): Promise<World> =>
  forScaling.test(step) ? groupWorld() : simpleWorld();

describe("item 7: a failure of", () => {
  test.concurrent.each(containing)(
    "$step ($call) leads to the report and Failed, and nothing stays open (invariant 3)",
    async ({ step, call, match = { operation: call }, said, mend }) => {
      const world = await worldFor(step);
      const before = mend ? await world.snapshot() : {};
      const parameters = parametersFor(step);
      const failed = await withFault(world, { ...match, step }, refused, () =>
        world.contain(parameters),
      );
      expect(failed).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
      expect(failed.report).toContain("CONTAINMENT FAILED; the instance ");
      expect(section(failed, "What failed").join("\n")).toContain(said);
      expect(failed.failure).toContain("CONTAINMENT FAILED");
      expect(await open(world)).toEqual([]);
      if (!mend) return;
      // Invariant 4: a second run finishes the work.
      const finished = await world.contain(parameters);
      expect(finished.status, finished.report).toBe("Success");
      const released = await world.release(backupKey(finished));
      expect(released.status, released.report).toBe("Success");
      expect(await left(world, before)).toEqual([]);
    },
  );

  test.concurrent.each([
    { operation: "ModifyNetworkInterfaceAttribute" },
    { operation: "ExitStandby" },
    { operation: "UpdateAutoScalingGroup" },
    { operation: "DeleteTags" },
    { operation: "DeleteObjectTagging" },
    { operation: "DeleteSecurityGroup" },
  ])(
    "restoreInstanceConfiguration ($operation) leads to the report and Failed, and a second run finishes",
    async ({ operation }) => {
      const world = await worldFor(/Standby|Auto/.test(operation) ? "AutoScaling" : "");
      const before = await world.snapshot();
      const key = backupKey(await world.contain(tagged));
      const match = { operation, step: "restoreInstanceConfiguration" };
      const failed = await withFault(world, match, refused, () => world.release(key));
      expect(failed).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
      expect(failed.report).toContain("RELEASE FAILED");
      expect(section(failed, "What failed").join("\n")).toContain(
        `restoreInstanceConfiguration: Not everything was restored. ${operation} failed`,
      );
      expect(failed.failure).toContain("RELEASE FAILED");
      expect(await open(world)).toEqual([]);
      const finished = await world.release(key);
      expect(finished.status, finished.report).toBe("Success");
      expect(await left(world, before)).toEqual([]);
    },
  );

  test.concurrent("restoreInstanceConfiguration that is over in a moment (a group that EC2 does not find yet) is waited for", async () => {
    const world = await simpleWorld();
    const before = await world.snapshot();
    const key = backupKey(await world.contain());
    const match: FaultMatch = {
      step: "restoreInstanceConfiguration",
      operation: "ModifyNetworkInterfaceAttribute",
      times: 2,
    };
    const notFound: FaultKind = {
      error: { code: "InvalidGroup.NotFound", message: "Not there yet.", status: 400 },
    };
    const released = await withFault(world, match, notFound, () => world.release(key));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(world, before)).toEqual([]);
  });

  test.concurrent("the backup (a PUT that is refused) stops the run before any change", async () => {
    const world = await simpleWorld();
    const before = await world.snapshot();
    const match = { step: "backupInstanceSecurityGroups", operation: "PutObject" };
    const failed = await withFault(world, match, refused, () => world.contain());
    expect(failed).toMatchObject({ status: "Failed", reportStep: "" });
    expect(failed.failure).toContain("Refused on purpose");
    expect(differences(before, await world.snapshot())).toEqual([]);
  });
});

/** The steps of a containment that call AWS, and what a cancelled run must end in. */
const cancelled: readonly (readonly [step: string, report: string])[] = [
  ["assertInstanceIsNotTerminated", ""],
  ["getAutoScalingInstanceInfo", ""],
  ["backupBucketPreChecks", ""],
  ["planChanges", ""],
  ["backupInstanceSecurityGroups", ""],
  ["describeAutoScalingGroups", "reportContainmentFailure"],
  ["modifyAutoScalingGroup", "reportContainmentFailure"],
  ["createAllAccessSecurityGroup", "reportContainmentFailure"],
  // Its first call contains the only interface, and the report says what is.
  ["createContainmentSecurityGroup", "containFinalOutput"],
  ["assertSourceInstanceRootVolumeIsEbs", "reportContainmentFailure"],
  ["createImage", "reportContainmentFailure"],
  // The copy, which is here at once, has come by the time of the report, and all is done.
  ["createEncryptedCopy", "containFinalOutput"],
  ["conclude", "reportSituationUnknown"],
];

describe("item 7: cancelling at", () => {
  test.concurrent.each(cancelled)(
    "%s ends in the report %j, and nothing stays open (invariant 3)",
    async (step, reportStep) => {
      const world = await worldFor(step);
      await emulator.settings({ imageDelay: 0 }, world.accountId);
      const before = await world.snapshot();
      const stopped = await withFault(world, { step, times: 1 }, { cancel: "after" }, () =>
        world.contain(parametersFor(step)),
      );
      expect(stopped).toMatchObject({ status: "Cancelled", reportStep });
      expect(stopped.steps.find(({ name }) => name === step)?.status).toBe("Cancelled");
      expect(await open(world)).toEqual([]);
      if (reportStep === "" && step !== "backupInstanceSecurityGroups")
        expect(differences(before, await world.snapshot())).toEqual([]);
    },
  );

  test.concurrent.each([
    ["restoreInstanceConfiguration", "ModifyNetworkInterfaceAttribute", "reportRestoreFailure"],
    ["restoreInstanceConfiguration", "DeleteTags", "reportRestoreFailure"],
    ["conclude", "DescribeInstances", "reportSituationUnknown"],
  ])(
    "%s (%s) of a Release ends in %s, and a second run finishes",
    async (step, operation, reportStep) => {
      const world = await simpleWorld();
      const before = await world.snapshot();
      const key = backupKey(await world.contain());
      const match = { step, operation, times: 1 };
      const stopped = await withFault(world, match, { cancel: "after" }, () => world.release(key));
      expect(stopped).toMatchObject({ status: "Cancelled", reportStep });
      const finished = await world.release(key);
      expect(finished.status, finished.report).toBe("Success");
      expect(await left(world, before)).toEqual([]);
    },
  );

  test.concurrent("the very moment between opening and closing, the report closes what is open (invariant 3)", async () => {
    const world = await makeWorld(emulator);
    const match: FaultMatch = {
      step: "createContainmentSecurityGroup",
      operation: "ModifyNetworkInterfaceAttribute",
      times: 1,
    };
    const stopped = await withFault(world, match, { cancel: "before" }, () => world.contain());
    // The report says what is: with the closing done by the step that writes it, the instance is contained.
    expect(stopped).toMatchObject({ status: "Cancelled", reportStep: "containFinalOutput" });
    for (const line of section(stopped, "Interfaces")) expect(line).toContain(": contained;");
    expect(await open(world)).toEqual([]);
  });
});
