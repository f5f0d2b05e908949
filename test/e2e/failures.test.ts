import {
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import type { FaultKind, FaultMatch, PendingCall } from "automation-emulator/gateway/faults";
import { describe, expect, test } from "vitest";
import { memberAtMinSize } from "../account/asg.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { refused, withFault } from "../account/faults.ts";
import { section } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { left } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const tagged = { TagIdentifier: "Key=Case,Value=4711" };
const imaged = { ...tagged, CreateAMIBackup: "true" };

const simpleTestAccount = (): Promise<TestAccount> =>
  makeTestAccount(emulator, { interfaces: [["web"]] });

/** The interfaces that are on an all-access group: after a run, none may be. */
async function open(testAccount: TestAccount): Promise<string[]> {
  const [groups, interfaces] = await Promise.all([
    testAccount.ec2.send(new DescribeSecurityGroupsCommand({})),
    testAccount.ec2.send(new DescribeNetworkInterfacesCommand({})),
  ]);
  const opening = (groups.SecurityGroups ?? [])
    .filter((group) => group.GroupName?.includes("all-access"))
    .map((group) => group.GroupId);
  return (interfaces.NetworkInterfaces ?? [])
    .filter((one) => (one.Groups ?? []).some((group) => opening.includes(group.GroupId)))
    .map((one) => one.NetworkInterfaceId ?? "");
}

interface Case {
  readonly step: string;
  readonly call: string;
  readonly match?: FaultMatch;
  /** Whether the instance is isolated all the same, and nothing that was asked for is missing. */
  readonly ends: "Success" | "Failed";
  /** What the report must say of it, as a warning or as what failed. */
  readonly said: string;
  /** Whether a second run and a release are tried too. */
  readonly mend?: boolean;
}

const live = (call: PendingCall): boolean =>
  call.operation.startsWith("ModifyNet") && call.requestedDryRun !== true;

const missingImage = "No encrypted image: see";

/** Steps after the backup, and a call of each that fails. */
const containing: readonly Case[] = [
  {
    step: "describeAutoScalingGroups",
    call: "DescribeAutoScalingGroups",
    ends: "Success",
    said: "not in Standby",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "CreateOrUpdateTags",
    ends: "Success",
    said: "An instance refresh",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "UpdateAutoScalingGroup",
    ends: "Success",
    said: "not in Standby",
  },
  {
    step: "modifyAutoScalingGroup",
    call: "EnterStandby",
    ends: "Success",
    said: "not in Standby",
    mend: true,
  },
  {
    step: "createAllAccessSecurityGroup",
    call: "CreateSecurityGroup",
    ends: "Success",
    said: "Not cut",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "CreateSecurityGroup",
    ends: "Failed",
    said: "Refused on purpose",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "AuthorizeSecurityGroupIngress",
    ends: "Success",
    said: "Not cut",
  },
  {
    step: "createContainmentSecurityGroup",
    call: "RevokeSecurityGroupEgress",
    ends: "Failed",
    said: "Refused on purpose",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "the first ModifyNetworkInterfaceAttribute, which opens",
    match: { predicate: live, nth: 1 },
    ends: "Success",
    said: "Not cut",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "ModifyNetworkInterfaceAttribute",
    ends: "Failed",
    said: "is as before",
    mend: true,
  },
  {
    step: "createContainmentSecurityGroup",
    call: "DescribeInstances",
    ends: "Success",
    said: "createContainmentSecurityGroup did not end",
  },
  {
    step: "assertSourceInstanceRootVolumeIsEbs",
    call: "DescribeInstances",
    ends: "Failed",
    said: missingImage,
  },
  { step: "createImage", call: "CreateImage", ends: "Failed", said: missingImage },
  { step: "createEncryptedCopy", call: "CopyImage", ends: "Failed", said: missingImage },
  { step: "verdict", call: "CreateTags", ends: "Success", said: "CreateTags failed" },
  {
    step: "verdict",
    call: "DescribeInstances",
    ends: "Failed",
    said: "Interfaces can't be read",
    mend: true,
  },
];

const forImages = /Image|Root|Encrypted/;
const forScaling = /AutoScaling/;

const parametersFor = (step: string) => (forImages.test(step) ? imaged : tagged);
const testAccountFor = (step: string): Promise<TestAccount> =>
  forScaling.test(step) ? memberAtMinSize(emulator) : simpleTestAccount();

describe("item 7: a failure of", () => {
  test.concurrent.each(containing)(
    "$step ($call) ends as $ends, and nothing stays open (invariants 3 and 7)",
    async ({ step, call, match = { operation: call }, ends, said, mend }) => {
      const testAccount = await testAccountFor(step);
      const before = mend ? await testAccount.snapshot() : {};
      const parameters = parametersFor(step);
      const failed = await withFault(testAccount, { ...match, step }, refused, () =>
        testAccount.contain(parameters),
      );
      const failure = ends === "Failed";
      const reportStep = failure ? "reportContainmentFailure" : "containFinalOutput";
      expect(failed, failed.report).toMatchObject({ status: ends, reportStep });
      expect([...section(failed, "What failed"), ...section(failed, "Warnings")].join()).toContain(
        said,
      );
      expect(failed.failure.includes("CONTAINMENT FAILED")).toBe(failure);
      expect(await open(testAccount)).toEqual([]);
      if (!mend) return;
      // Invariant 5: a second run finishes the work.
      const finished = await testAccount.contain(parameters);
      expect(finished.status, finished.report).toBe("Success");
      const released = await testAccount.release(backupKey(finished));
      expect(released.status, released.report).toBe("Success");
      expect(await left(testAccount, before, { images: true })).toEqual([]);
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
      const testAccount = await testAccountFor(/Standby|Auto/.test(operation) ? "AutoScaling" : "");
      const before = await testAccount.snapshot();
      const key = backupKey(await testAccount.contain(tagged));
      const match = { operation, step: "restoreInstanceConfiguration" };
      const failed = await withFault(testAccount, match, refused, () => testAccount.release(key));
      expect(failed).toMatchObject({ status: "Failed", reportStep: "reportRestoreFailure" });
      expect(failed.report).toContain("RELEASE FAILED");
      expect(section(failed, "What failed").join("\n")).toContain(
        operation === "ModifyNetworkInterfaceAttribute" ? "Groups of eni-" : `${operation}: `,
      );
      expect(failed.failure).toContain("RELEASE FAILED");
      expect(await open(testAccount)).toEqual([]);
      const finished = await testAccount.release(key);
      expect(finished.status, finished.report).toBe("Success");
      expect(await left(testAccount, before, { images: true })).toEqual([]);
    },
  );

  test.concurrent("restoreInstanceConfiguration that is over in a moment (a group that EC2 does not find yet) is waited for", async () => {
    const testAccount = await simpleTestAccount();
    const before = await testAccount.snapshot();
    const key = backupKey(await testAccount.contain());
    const match: FaultMatch = {
      step: "restoreInstanceConfiguration",
      operation: "ModifyNetworkInterfaceAttribute",
      times: 2,
    };
    const notFound: FaultKind = {
      error: { code: "InvalidGroup.NotFound", message: "Not there yet.", status: 400 },
    };
    const released = await withFault(testAccount, match, notFound, () => testAccount.release(key));
    expect(released.status, released.failure).toBe("Success");
    expect(await left(testAccount, before, { images: true })).toEqual([]);
  });

  test.concurrent("the backup (a PUT that is refused) stops the run before any change", async () => {
    const testAccount = await simpleTestAccount();
    const before = await testAccount.snapshot();
    const match = { step: "backupInstanceSecurityGroups", operation: "PutObject" };
    const failed = await withFault(testAccount, match, refused, () => testAccount.contain());
    expect(failed).toMatchObject({ status: "Failed", reportStep: "" });
    expect(failed.failure).toContain("Refused on purpose");
    expect(differences(before, await testAccount.snapshot())).toEqual([]);
  });
});

/** The steps of a containment that call AWS, and what a cancelled run must end in. */
const cancelled: readonly (readonly [step: string, report: string])[] = [
  ["assertInstanceIsNotTerminated", ""],
  ["getAutoScalingInstanceInfo", ""],
  ["backupBucketPreChecks", ""],
  ["backupInstanceSecurityGroups", ""],
  ["describeAutoScalingGroups", "reportContainmentFailure"],
  ["modifyAutoScalingGroup", "reportContainmentFailure"],
  ["createAllAccessSecurityGroup", "reportContainmentFailure"],
  ["createContainmentSecurityGroup", "reportContainmentFailure"],
  ["assertSourceInstanceRootVolumeIsEbs", "reportContainmentFailure"],
  ["createImage", "reportContainmentFailure"],
  // The copy, which is here at once, has come by the time of the report, and all is done.
  ["createEncryptedCopy", "containFinalOutput"],
  ["verdict", ""],
];

describe("item 7: cancelling at", () => {
  test.concurrent.each(cancelled)(
    "%s ends in the report %j, and nothing stays open (invariant 3)",
    async (step, reportStep) => {
      const testAccount = await testAccountFor(step);
      await emulator.settings({ imageDelay: 0 }, testAccount.accountId);
      const before = await testAccount.snapshot();
      const stopped = await withFault(testAccount, { step, times: 1 }, { cancel: "after" }, () =>
        testAccount.contain(parametersFor(step)),
      );
      expect(stopped).toMatchObject({ status: "Cancelled", reportStep });
      expect(stopped.steps.find(({ name }) => name === step)?.status).toBe("Cancelled");
      expect(await open(testAccount)).toEqual([]);
      if (reportStep === "" && !/^(?:backupInstanceSecurityGroups|verdict)$/.test(step))
        expect(differences(before, await testAccount.snapshot())).toEqual([]);
    },
  );

  test.concurrent.each([
    ["restoreInstanceConfiguration", "ModifyNetworkInterfaceAttribute", "reportRestoreFailure"],
    ["restoreInstanceConfiguration", "DeleteTags", "reportRestoreFailure"],
    ["verdict", "DescribeInstances", ""],
  ])(
    "%s (%s) of a Release ends in the report %j, and a second run finishes",
    async (step, operation, reportStep) => {
      const testAccount = await simpleTestAccount();
      const before = await testAccount.snapshot();
      const key = backupKey(await testAccount.contain());
      const match = { step, operation, times: 1 };
      const stopped = await withFault(testAccount, match, { cancel: "after" }, () =>
        testAccount.release(key),
      );
      expect(stopped).toMatchObject({ status: "Cancelled", reportStep });
      const finished = await testAccount.release(key);
      expect(finished.status, finished.report).toBe("Success");
      expect(await left(testAccount, before, { images: true })).toEqual([]);
    },
  );

  test.concurrent("the very moment between opening and closing, the report closes what is open (invariant 3)", async () => {
    const testAccount = await simpleTestAccount();
    const match: FaultMatch = {
      step: "createContainmentSecurityGroup",
      predicate: live,
      from: 2,
      times: 1,
    };
    const stopped = await withFault(testAccount, match, { cancel: "before" }, () =>
      testAccount.contain(),
    );
    // The report says what is: with the closing done by the step that writes it, the instance is contained.
    expect(stopped).toMatchObject({ status: "Cancelled", reportStep: "containFinalOutput" });
    for (const line of section(stopped, "Interfaces")) expect(line).toContain(": contained;");
    expect(await open(testAccount)).toEqual([]);
  });
});
