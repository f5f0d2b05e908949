import type { Permissions } from "../build/types.ts";

/** Permissions that several steps need for the same purpose, worded once. */
export const readInstance = {
  "ec2:DescribeInstances": "read the instance's interfaces and their groups",
} as const satisfies Permissions;

export const readGroups = {
  "ec2:DescribeSecurityGroups": "find the containment's groups and prove their rules",
} as const satisfies Permissions;

export const readScaling = {
  "autoscaling:DescribeAutoScalingGroups": "read the group's sizes, members and tags",
} as const satisfies Permissions;

export const readImages = {
  "ec2:DescribeImages": "find the images that the containment made",
} as const satisfies Permissions;

export const changeGroups = {
  "ec2:ModifyNetworkInterfaceAttribute": "replace the interfaces' groups",
} as const satisfies Permissions;

export const deleteGroups = {
  "ec2:DeleteSecurityGroup": "delete the runbook's groups that nothing uses any more",
} as const satisfies Permissions;

export const readProtections = {
  "ec2:DescribeInstances": "read the instance's volumes and interfaces",
  "ec2:DescribeInstanceAttribute": "read termination protection and shutdown behavior",
  "ec2:DescribeAddresses": "read where the Elastic IPs are",
  "iam:GetRolePolicy": "read the policy that revokes sessions",
} as const satisfies Permissions;
