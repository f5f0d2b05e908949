import { partitionOf } from "automation-language/arn";
import { BACKUP_TAG } from "../common/names.ts";
import { nameOf, RUN_TAG } from "./run.ts";

/** A statement of the caller's policy. */
interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}

/**
 * The least policy of who runs the probes: it makes, changes and removes what has the tag or the name of a run, and
 * looks at all else.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function callerPolicy(account: string, region: string): object {
  const partition = partitionOf(region);
  const ec2 = (...types: readonly string[]): string[] =>
    types.map((type) => `arn:${partition}:ec2:${region}:${account}:${type}/*`);
  /** Of any type: what narrows it is a condition on the run's tag. */
  const anyEc2 = [`arn:${partition}:ec2:${region}:${account}:*`];
  const ssm = (...kinds: readonly string[]): string[] =>
    kinds.map((kind) => `arn:${partition}:ssm:${region}:${account}:${kind}/${nameOf("*", "*")}`);
  const iam = (kind: string, what = "*"): string =>
    `arn:${partition}:iam::${account}:${kind}/${nameOf("*", what)}`;
  const tagged = { StringLike: { [`aws:ResourceTag/${RUN_TAG}`]: "*" } };
  const tagging = { StringLike: { [`aws:RequestTag/${RUN_TAG}`]: "*" } };
  const allow = (
    Sid: string,
    Action: readonly string[],
    Resource: readonly string[],
    Condition?: object,
  ): Statement => ({ Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) });
  return {
    Version: "2012-10-17",
    Statement: [
      allow(
        "Look",
        [
          "ec2:DescribeInstanceTypeOfferings",
          "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
          "iam:ListAccountAliases",
          "iam:ListInstanceProfiles",
          "iam:ListRoles",
          "organizations:DescribeOrganization",
          "s3:ListAllMyBuckets",
          "ssm:DescribeAutomationExecutions",
          "ssm:DescribeAutomationStepExecutions",
          "ssm:DescribeInstanceInformation",
          "ssm:ListDocuments",
        ],
        ["*"],
      ),
      allow(
        "FindTheImage",
        ["ssm:GetParameter"],
        [`arn:${partition}:ssm:${region}:*:parameter/aws/service/ami-amazon-linux-latest/*`],
      ),
      allow(
        "MakeWithTheTag",
        [
          "ec2:CreateInternetGateway",
          "ec2:CreateNetworkInterface",
          "ec2:CreateRouteTable",
          "ec2:CreateSecurityGroup",
          "ec2:CreateSubnet",
          "ec2:CreateVpc",
          "ec2:RunInstances",
        ],
        anyEc2,
        tagging,
      ),
      allow(
        "MakeInOwnNetworks",
        [
          "ec2:CreateNetworkInterface",
          "ec2:CreateRouteTable",
          "ec2:CreateSecurityGroup",
          "ec2:CreateSubnet",
          "ec2:RunInstances",
        ],
        ec2("security-group", "subnet", "vpc"),
        tagged,
      ),
      allow("RunPublicImages", ["ec2:RunInstances"], [`arn:${partition}:ec2:${region}::image/*`]),
      allow("TagAtTheMaking", ["ec2:CreateTags"], anyEc2, {
        StringEquals: {
          "ec2:CreateAction": [
            "CreateInternetGateway",
            "CreateNetworkInterface",
            "CreateRouteTable",
            "CreateSecurityGroup",
            "CreateSubnet",
            "CreateVpc",
            "RunInstances",
          ],
        },
      }),
      allow(
        "ChangeAndRemoveOwn",
        [
          "ec2:AssociateRouteTable",
          "ec2:AttachInternetGateway",
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:CreateRoute",
          "ec2:DeleteInternetGateway",
          "ec2:DeleteNetworkInterface",
          "ec2:DeleteRouteTable",
          "ec2:DeleteSecurityGroup",
          "ec2:DeleteSubnet",
          "ec2:DeleteVpc",
          "ec2:DetachInternetGateway",
          "ec2:DisassociateRouteTable",
          "ec2:ModifyNetworkInterfaceAttribute",
          "ec2:RevokeSecurityGroupEgress",
          "ec2:TerminateInstances",
        ],
        anyEc2,
        tagged,
      ),
      allow(
        "PutGroupsOnOwnInterfaces",
        ["ec2:ModifyNetworkInterfaceAttribute"],
        ec2("security-group"),
      ),
      // The groups that the runbook makes have its own tag; a run that was broken off leaves them.
      allow("RemoveGroupsOfTheRunbook", ["ec2:DeleteSecurityGroup"], ec2("security-group"), {
        StringLike: { [`aws:ResourceTag/${BACKUP_TAG}`]: "s3://contain-acceptance-*" },
      }),
      allow(
        "OwnRolesAndProfiles",
        [
          "iam:AddRoleToInstanceProfile",
          "iam:CreateInstanceProfile",
          "iam:CreateRole",
          "iam:DeleteInstanceProfile",
          "iam:DeleteRole",
          "iam:DeleteRolePolicy",
          "iam:DetachRolePolicy",
          "iam:GetInstanceProfile",
          "iam:ListAttachedRolePolicies",
          "iam:ListRolePolicies",
          "iam:PutRolePolicy",
          "iam:RemoveRoleFromInstanceProfile",
          "iam:TagInstanceProfile",
          "iam:TagRole",
        ],
        [iam("role"), iam("instance-profile")],
      ),
      allow("RunCommandAlone", ["iam:AttachRolePolicy"], [iam("role")], {
        ArnEquals: {
          "iam:PolicyARN": `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
        },
      }),
      allow("PassOwnRoles", ["iam:PassRole"], [iam("role")], {
        StringEquals: { "iam:PassedToService": ["ssm.amazonaws.com", "ec2.amazonaws.com"] },
      }),
      allow(
        "OwnBuckets",
        [
          "s3:CreateBucket",
          "s3:DeleteBucket",
          // Without it S3 does not tell an object that is not there from one that may not be read.
          "s3:ListBucket",
          "s3:ListBucketVersions",
          "s3:PutBucketTagging",
          "s3:PutBucketVersioning",
        ],
        [`arn:${partition}:s3:::${nameOf("*", "*")}`],
      ),
      allow(
        "ObjectsOfOwnBuckets",
        ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject"],
        [`arn:${partition}:s3:::${nameOf("*", "*")}/*`],
      ),
      allow(
        "OwnDocuments",
        [
          "ssm:AddTagsToResource",
          "ssm:CreateDocument",
          "ssm:DeleteDocument",
          "ssm:StartAutomationExecution",
        ],
        ssm("document", "automation-definition"),
      ),
      allow(
        "Executions",
        [
          "ssm:GetAutomationExecution",
          "ssm:SendAutomationSignal",
          "ssm:StartAutomationExecution",
          "ssm:StopAutomationExecution",
        ],
        [`arn:${partition}:ssm:${region}:${account}:automation-execution/*`],
      ),
    ],
  };
}
