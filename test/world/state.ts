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
import type { World } from "./world.ts";

/** The groups' ids of each interface of the world's instance, by the interface's id. */
export async function groupsByInterface(
  world: World,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = await world.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [world.instanceId] }),
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
export async function ownGroups(world: World): Promise<readonly SecurityGroup[]> {
  const found = await world.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [{ Name: "group-name", Values: [`ContainEC2Instance-*-${world.instanceId}-*`] }],
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
export async function expectIsolated(world: World, rules: Rules = {}): Promise<void> {
  const [interfaces, groups] = await Promise.all([groupsByInterface(world), ownGroups(world)]);
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
  world: World,
  before: Snapshot,
  { images = false } = {},
): Promise<readonly string[]> {
  const kept = images
    ? /^(?:buckets \S+ versions|images|snapshots|volumes)\b/
    : /^buckets \S+ versions\b/;
  return differences(before, await world.snapshot()).filter((line) => !kept.test(line));
}

/** The calls of a run that gave an interface other groups. */
export const moves = (world: World, run: Run): readonly AwsCall[] =>
  world.emulator.calls
    .mutating({ executionId: run.id })
    .filter((call) => call.operation === "ModifyNetworkInterfaceAttribute");

/** The operations of a run that may have changed something, in their order. */
export const changes = (world: World, run: Run): readonly string[] =>
  world.emulator.calls.mutating({ executionId: run.id }).map((call) => call.operation);

/** The text of an object in the world's bucket. */
export async function textOf(world: World, Key: string): Promise<string> {
  const found = await world.s3.send(new GetObjectCommand({ Bucket: world.bucket, Key }));
  return (await found.Body?.transformToString()) ?? "";
}
