/**
 * The policy of the role that the runbook acts as: the actions that the steps declare, each scoped by resource and
 * condition as far as IAM allows it and the order of the calls permits.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */

import { bucketGrants } from "./bucketGrants.ts";
import { type Condition, type Grant, type Granted, granted } from "./grants.ts";
import { BACKUP_TAG } from "./names.ts";
import type { Declared } from "./permissions.ts";

/** Where the role works: parts of ARNs, as plain text or as CDK tokens. */
export interface PolicyScope {
  readonly partition: string;
  readonly accountId: string;
  /** The Regions; none: all. With several, statements hold in each of them. */
  readonly regions?: readonly string[];
  /** Names of the buckets for backups, `*` allowed in them; none: every bucket of the account. */
  readonly buckets?: readonly string[];
}

/** Has the runbook's tag now. */
const TAGGED: Condition = { StringLike: { [`aws:ResourceTag/${BACKUP_TAG}`]: "s3://*" } };
/** Gets the runbook's tag by this very request. */
const TAGGING: Condition = { StringLike: { [`aws:RequestTag/${BACKUP_TAG}`]: "s3://*" } };

/**
 * Of an account in the role's organization. Out of any, the variable has no value and nothing matches.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html
 */
const SHARED: Condition = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
  StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" },
};

/** Every action that the role may have, and where. An action that is not here can't be granted. */
function grants({ partition, accountId, regions = [], buckets = [] }: PolicyScope): Grant[] {
  const region = regions.length === 1 ? (regions[0] ?? "*") : "*";
  const ec2 = (type: string, account = accountId): string =>
    `arn:${partition}:ec2:${region}:${account}:${type}/*`;
  // Images and snapshots can be shared; their ARNs carry no account.
  const evidence = ["image", "snapshot"].map((type) => `arn:${partition}:ec2:${region}::${type}/*`);
  // AWS fills it in, with the suffix of its partition: amazonaws.com, amazonaws.com.cn, amazonaws.eu, …
  const throughEc2: Condition = { StringLike: { "kms:ViaService": `ec2.${region}.*` } };
  const keys = [`arn:${partition}:kms:${region}:${accountId}:key/*`];
  return [
    {
      sid: "Look",
      reason: "Describe calls of EC2 and Auto Scaling know no resources.",
      actions: [
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeImages",
        "ec2:DescribeSnapshots",
        "ec2:DescribeTags",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeTags",
      ],
      on: ["*"],
    },
    {
      sid: "MakeGroups",
      reason:
        "Which VPC the instance is in is known only when the runbook is started, and where a guardrail refuses tags a group must isolate without.",
      actions: ["ec2:CreateSecurityGroup"],
      on: [ec2("security-group"), ec2("vpc")],
    },
    {
      sid: "MakeGroupsInSharedVpcs",
      reason:
        "The ARN of a shared VPC carries its owner's account, which is of the same organization.",
      actions: ["ec2:CreateSecurityGroup"],
      on: [ec2("vpc", "*")],
      where: SHARED,
    },
    {
      sid: "TagGroupsAtTheirMaking",
      reason: "Nobody's existing group can be given the runbook's tag, and so be changed by it.",
      actions: ["ec2:CreateTags"],
      on: [ec2("security-group")],
      where: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
    },
    {
      sid: "ChangeOwnGroups",
      reason: "Only groups that carry the runbook's tag, which it alone puts there.",
      actions: [
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
      ],
      on: [ec2("security-group")],
      where: TAGGED,
    },
    {
      sid: "TakeEgressFromGroups",
      reason:
        "Every new group allows all egress, and isolates only without it. Where a guardrail refuses tags nothing tells it from other groups; it opens nothing.",
      actions: ["ec2:RevokeSecurityGroupEgress"],
      on: [ec2("security-group")],
    },
    {
      sid: "ReplaceGroupsOfInterfaces",
      reason:
        "The instance is isolated before it is tagged, so that tagging can't delay it, and its own groups, which Release gives back, carry no tag: no condition would hold.",
      actions: ["ec2:ModifyNetworkInterfaceAttribute"],
      on: [ec2("network-interface"), ec2("security-group"), ec2("instance")],
    },
    {
      sid: "GiveSharedGroupsBack",
      reason:
        "The ARN of a shared security group carries its owner's account, which is of the same organization.",
      actions: ["ec2:ModifyNetworkInterfaceAttribute"],
      on: [ec2("security-group", "*")],
      where: SHARED,
    },
    {
      sid: "TagWhatIsContained",
      reason: "The runbook's tag is among the tags of the request.",
      actions: ["ec2:CreateTags"],
      on: [ec2("instance"), ec2("network-interface"), ...evidence],
      where: TAGGING,
    },
    {
      sid: "GiveTagsBack",
      reason: "What carries the runbook's tag may get TagIdentifier, and lose both.",
      actions: ["ec2:CreateTags", "ec2:DeleteTags"],
      on: [ec2("instance"), ec2("network-interface"), ...evidence],
      where: TAGGED,
    },
    {
      sid: "MakeImages",
      reason: "The actions aws:createImage and aws:copyImage put no tags on what they make.",
      actions: ["ec2:CreateImage", "ec2:CopyImage", "ec2:CreateSnapshot"],
      on: [ec2("instance"), ec2("volume"), ...evidence],
    },
    {
      sid: "MoveToStandby",
      reason:
        "The group is known only when the runbook is started, and its tag names the instance.",
      actions: [
        "autoscaling:EnterStandby",
        "autoscaling:ExitStandby",
        "autoscaling:CreateOrUpdateTags",
        "autoscaling:DeleteTags",
      ],
      on: [autoScalingGroups(partition, region, accountId)],
    },
    {
      sid: "SetMinSizeAlone",
      reason:
        "A group's size may be lowered and given back, never what it launches or where. Another launch template would also need ec2:RunInstances, which the role has not.",
      actions: ["autoscaling:UpdateAutoScalingGroup"],
      on: [autoScalingGroups(partition, region, accountId)],
      where: {
        Null: {
          "autoscaling:LaunchConfigurationName": "true",
          "autoscaling:MaxSize": "true",
          "autoscaling:VPCZoneIdentifiers": "true",
        },
      },
    },
    {
      sid: "LookAtKeys",
      reason: "The key is a parameter; one of another account could take the evidence away.",
      actions: ["kms:DescribeKey"],
      on: keys,
    },
    {
      sid: "EncryptThroughEc2",
      reason: "EC2 alone may use the key, for the copy of the image.",
      actions: ["kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext"],
      on: keys,
      where: throughEc2,
    },
    {
      sid: "LendKeysToEc2",
      reason: "A grant is for EC2 alone, and ends with the volume or snapshot that it is for.",
      actions: ["kms:CreateGrant"],
      on: keys,
      where: { ...throughEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    ...bucketGrants({ partition, accountId, buckets }),
  ];
}

const autoScalingGroups = (partition: string, region: string, accountId: string): string =>
  `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/*`;

/** All that the role could ever be granted: no more than the seed article lists. */
export const grantable: readonly string[] = [
  ...new Set(grants({ partition: "aws", accountId: "*" }).flatMap(({ actions }) => actions)),
].sort();

/**
 * The least policy with which the steps can do their work.
 *
 * @param permissions the IAM actions that each step declares, by the step's name
 * @throws Error for an action that has no scope here: it would have to be thought about first
 */
export const rolePolicy = (permissions: Declared, scope: PolicyScope): readonly Granted[] =>
  granted(grants(scope), permissions, scope.regions);
