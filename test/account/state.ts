/** How things stand in an account, read by the test itself and never taken from a report. */
import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { AwsCall } from "automation-emulator/gateway/calls";
import { expect } from "vitest";
import type { Run } from "./run.ts";
import { differences } from "./snapshot.plain.ts";
import { rulesOf, type Snapshot } from "./snapshot.ts";
import type { TestAccount } from "./testAccount.ts";

/** The groups' ids of each interface of the world's instance, by the interface's id. */
export async function groupsByInterface(
  testAccount: TestAccount,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = await testAccount.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [testAccount.instanceId] }),
  );
  const parts = found.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  return Object.fromEntries(
    parts.map((part) => [
      part.NetworkInterfaceId ?? "",
      (part.Groups ?? []).map((group) => group.GroupId ?? "").sort(),
    ]),
  );
}

/** The runbook's groups for the world's instance. */
export async function ownGroups(testAccount: TestAccount): Promise<readonly SecurityGroup[]> {
  const found = await testAccount.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: "group-name", Values: [`ContainEC2Instance-*-${testAccount.instanceId}-*`] },
      ],
    }),
  );
  return found.SecurityGroups ?? [];
}

export interface Rules {
  readonly ingress?: readonly string[];
  readonly egress?: readonly string[];
  /** Whether a group that lets the world in may be left beside the instance: by default none may. */
  readonly openGroupsLeft?: boolean;
}

/**
 * Expects every interface to be on a containment group alone, whose rules are exactly these (as `rulesOf` writes
 * them), and no group that is open to the world to be left.
 */
export async function expectIsolated(testAccount: TestAccount, rules: Rules = {}): Promise<void> {
  const [interfaces, groups] = await Promise.all([
    groupsByInterface(testAccount),
    ownGroups(testAccount),
  ]);
  const inside = new Map(
    groups
      .filter((group) => group.GroupName?.startsWith("ContainEC2Instance-containment-"))
      .map((group) => [group.GroupId ?? "", group]),
  );
  expect(Object.keys(interfaces).length).toBeGreaterThan(0);
  for (const [id, on] of Object.entries(interfaces)) {
    expect(on, id).toHaveLength(1);
    const group = inside.get(on[0] ?? "");
    expect(rulesOf(group?.IpPermissions), `${id} in`).toEqual(rules.ingress ?? []);
    expect(group && rulesOf(group.IpPermissionsEgress), `${id} out`).toEqual(rules.egress ?? []);
  }
  if (rules.openGroupsLeft !== true) expectNoneOpen(groups);
}

/** Expects no group of the runbook to be left that lets the world in: neither on an interface nor beside. */
export function expectNoneOpen(groups: readonly SecurityGroup[]): void {
  const open = groups.filter((group) =>
    /(?:0\.0\.0\.0|::)\/0/.test(String(rulesOf(group.IpPermissions))),
  );
  expect(open.map((group) => group.GroupName)).toEqual([]);
}

/** What is unlike before, but for the backups and, if `images` is set, for images and their disks, which are kept. */
export async function left(
  testAccount: TestAccount,
  before: Snapshot,
  { images = false } = {},
): Promise<readonly string[]> {
  const kept = images
    ? /^(?:buckets \S+ versions|images|snapshots|volumes)\b/
    : /^buckets \S+ versions\b/;
  return differences(before, await testAccount.snapshot()).filter((line) => !kept.test(line));
}

/** The calls of a run that gave an interface other groups. */
export const moves = (testAccount: TestAccount, run: Run): readonly AwsCall[] =>
  testAccount.emulator.calls
    .mutating({ executionId: run.id })
    .filter((call) => call.operation === "ModifyNetworkInterfaceAttribute");

/** The operations of a run that may have changed something, in their order. */
export const changes = (testAccount: TestAccount, run: Run): readonly string[] =>
  testAccount.emulator.calls.mutating({ executionId: run.id }).map((call) => call.operation);

/** The text of an object in the world's bucket. */
export async function textOf(testAccount: TestAccount, Key: string): Promise<string> {
  const found = await testAccount.s3.send(
    new GetObjectCommand({ Bucket: testAccount.bucket, Key }),
  );
  return (await found.Body?.transformToString()) ?? "";
}
