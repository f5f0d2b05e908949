/**
 * The policy of the role that ProtectEC2Evidence acts as.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
import { bucketGrants } from "../bucketGrants.ts";
import { type Grant, type Granted, granted } from "../grants.ts";
import { permissionsOf } from "../permissions.ts";
import type { PolicyScope } from "../policy.ts";
import { protectEvidence } from "./runbook.ts";

export interface ProtectScope extends PolicyScope {
  /** Names of the instances' roles whose sessions may be revoked, with their paths, `*` allowed; none: of no role. */
  readonly roles: readonly string[];
}

/** The tag that leads to the backup. */
const MARK = "ProtectEC2Evidence:Backup";

function grants({
  partition,
  accountId,
  regions = [],
  buckets = [],
  roles,
}: ProtectScope): Grant[] {
  const region = regions.length === 1 ? (regions[0] ?? "*") : "*";
  const own = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource}/*`;
  const ec2 = (type: string): string => own("ec2", type);
  return [
    {
      sid: "Look",
      reason: "These calls of EC2 know no resources.",
      actions: ["ec2:DescribeInstances", "ec2:DescribeAddresses"],
      on: ["*"],
    },
    {
      sid: "LookAtAttributes",
      reason: "Which instance it is, is known only when the runbook is started.",
      actions: ["ec2:DescribeInstanceAttribute"],
      on: [ec2("instance")],
    },
    {
      sid: "ProtectInstances",
      reason:
        "Protected before anything else is known of the instance: no tag could be demanded. User data, which could run commands as the instance, and the instance's type are left out as far as EC2 tells IAM which attribute is meant.",
      actions: ["ec2:ModifyInstanceAttribute"],
      on: [ec2("instance"), ec2("volume")],
      where: {
        StringNotEqualsIgnoreCase: {
          "ec2:Attribute": ["userData", "instanceType", "kernel", "ramdisk", "sourceDestCheck"],
        },
      },
    },
    {
      sid: "MoveElasticIps",
      reason: "The addresses of an instance are known only when the runbook is started.",
      actions: ["ec2:DisassociateAddress", "ec2:AssociateAddress"],
      on: [ec2("elastic-ip"), ec2("network-interface"), ec2("instance")],
    },
    {
      sid: "Mark",
      reason: "The tag that leads to the backup, and no other.",
      actions: ["ec2:CreateTags", "ec2:DeleteTags"],
      on: [ec2("instance")],
      where: {
        "ForAllValues:StringEquals": { "aws:TagKeys": [MARK] },
        Null: { "aws:TagKeys": "false" },
      },
    },
    {
      sid: "FindTheInstancesRole",
      reason: "Which profile an instance has is known only when the runbook is started.",
      actions: ["iam:GetInstanceProfile"],
      on: [`arn:${partition}:iam::${accountId}:instance-profile/*`],
      anyRegion: true,
    },
    {
      sid: "RevokeSessions",
      reason:
        "The roles that the settings name, and no other: IAM knows no condition on what a policy says.",
      actions: ["iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"],
      on: roles.map((name) => `arn:${partition}:iam::${accountId}:role/${name}`),
      anyRegion: true,
    },
    {
      sid: "SeeWhoWroteABackup",
      reason: "The ids of executions are not known before they are started.",
      actions: ["ssm:GetAutomationExecution"],
      on: [own("ssm", "automation-execution")],
    },
    ...bucketGrants({ partition, accountId, buckets }),
  ];
}

/** The least policy with which ProtectEC2Evidence can do its work; without roles, all but revoking sessions. */
export const protectPolicy = (scope: ProtectScope): readonly Granted[] =>
  granted(grants(scope), permissionsOf(protectEvidence), scope.regions).filter(
    ({ statement }) => statement.Resource.length > 0,
  );
