import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  type _InstanceType,
  CreateLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "automation-emulator";
import { makeTestAccount, type TestAccount, withInstance } from "./testAccount.ts";

export interface Sizes {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

export interface Group {
  readonly name: string;
  /** In the order in which the group describes them. */
  readonly instanceIds: readonly string[];
}

/** Makes a launch template and an Auto Scaling group of these sizes, whose instances are on the `web` group. */
export async function makeAutoScalingGroup(
  testAccount: TestAccount,
  sizes: Sizes,
  name = "fleet",
  instanceType: _InstanceType = "m5.large",
): Promise<Group> {
  const images = await testAccount.ec2.send(
    new DescribeImagesCommand({ Owners: ["amazon"], MaxResults: 5 }),
  );
  await testAccount.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData: {
        ImageId: images.Images?.[0]?.ImageId,
        InstanceType: instanceType,
        SecurityGroupIds: [testAccount.network.groups.web ?? ""],
      },
    }),
  );
  await testAccount.autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: "$Latest" },
      MinSize: sizes.min,
      MaxSize: sizes.max,
      DesiredCapacity: sizes.desired,
      VPCZoneIdentifier: testAccount.network.subnetId,
    }),
  );
  return { name, instanceIds: Object.keys((await groupState(testAccount, name)).states) };
}

/** The world with one of the group's instances in place of its own. */
export async function memberTestAccount(
  testAccount: TestAccount,
  group: Group,
  index = 0,
): Promise<TestAccount> {
  const instanceId = group.instanceIds[index] ?? "";
  const found = await testAccount.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const interfaces = found.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  return withInstance(
    testAccount,
    instanceId,
    interfaces.map((part) => part.NetworkInterfaceId ?? ""),
  );
}

/** A member of a group at its MinSize, so that every call for the group has to be made. */
export async function memberAtMinSize(emulator: Emulator): Promise<TestAccount> {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  return memberTestAccount(
    testAccount,
    await makeAutoScalingGroup(testAccount, { min: 2, max: 2, desired: 2 }),
  );
}

export interface GroupState extends Sizes {
  /** Lifecycle states by instance. */
  readonly states: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A group's sizes, its instances' states and its tags. */
export async function groupState(testAccount: TestAccount, name = "fleet"): Promise<GroupState> {
  const found = await testAccount.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const group = found.AutoScalingGroups?.[0];
  return {
    min: group?.MinSize ?? -1,
    max: group?.MaxSize ?? -1,
    desired: group?.DesiredCapacity ?? -1,
    states: Object.fromEntries(
      (group?.Instances ?? []).map((one) => [one.InstanceId ?? "", one.LifecycleState ?? ""]),
    ),
    tags: Object.fromEntries((group?.Tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""])),
  };
}

/** An instance's lifecycle state in its group; empty where it is in none. */
export async function lifecycleState(
  testAccount: TestAccount,
  instanceId: string,
): Promise<string> {
  const found = await testAccount.autoscaling.send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
  );
  return found.AutoScalingInstances?.[0]?.LifecycleState ?? "";
}

/** Changes a group's sizes. */
export async function resize(
  testAccount: TestAccount,
  sizes: Partial<Sizes>,
  name = "fleet",
): Promise<void> {
  await testAccount.autoscaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      ...(sizes.min !== undefined && { MinSize: sizes.min }),
      ...(sizes.max !== undefined && { MaxSize: sizes.max }),
      ...(sizes.desired !== undefined && { DesiredCapacity: sizes.desired }),
    }),
  );
}
