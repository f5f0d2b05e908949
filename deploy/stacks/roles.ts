import { Aws, type Stack, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Config } from "../config.ts";
import type { Publication } from "../document.ts";
import { inRegions, type PolicyJson, type StatementJson } from "../policy.ts";

/** Why a wildcard stays in the runbook's policy; the policy itself says for each action why it is needed. */
const WILDCARD_REASON =
  "Generated from the actions that the steps declare: describe calls take no resource, and the instance, its interfaces and groups are only known when the runbook is started.";

/**
 * The role that the runbook acts as in its own account.
 *
 * Only Systems Manager may assume it, for automations of this account: the conditions keep another account's
 * automation from using it (the confused deputy).
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function automationRole(
  stack: Stack,
  config: Config,
  document: Publication,
  regions: readonly string[],
): iam.Role {
  const role = new iam.Role(stack, "AutomationRole", {
    roleName: config.automationRoleName,
    description: `What ${config.documentName} may do in this account`,
    assumedBy: systemsManager(),
    inlinePolicies: { Runbook: iam.PolicyDocument.fromJson(runbookPolicy(document, regions)) },
  });
  acknowledgeWildcards(role, runbookPolicy(document, regions), WILDCARD_REASON);
  return role;
}

/**
 * The role that the central account's automations act as in this account (`ExecutionRoleName` of a target
 * location): the runbook's policy, and starting the runbook here with itself.
 *
 * The central account is the principal, narrowed to the administration role by a condition, so that the role can
 * be made before that one and survives its re-creation.
 *
 * @param centralAccount the account id, or a token of it
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
export function executionRole(
  stack: Stack,
  config: Config,
  document: Publication,
  regions: readonly string[],
  centralAccount: string,
): iam.Role {
  const central = new iam.AccountPrincipal(centralAccount).withConditions({
    ArnEquals: {
      "aws:PrincipalArn": `arn:${Aws.PARTITION}:iam::${centralAccount}:role/${config.administrationRoleName}`,
    },
  });
  const start = startPolicy(config, centralAccount);
  const role = new iam.Role(stack, "ExecutionRole", {
    roleName: config.executionRoleName,
    description: `What ${config.documentName} may do in this account when account ${centralAccount} starts it`,
    assumedBy: new iam.CompositePrincipal(central, systemsManager()),
    inlinePolicies: {
      Runbook: iam.PolicyDocument.fromJson(runbookPolicy(document, regions)),
      Start: iam.PolicyDocument.fromJson(start),
    },
  });
  acknowledgeWildcards(role, runbookPolicy(document, regions), WILDCARD_REASON);
  acknowledgeWildcards(
    role,
    start,
    "Finding targets by tag or resource group takes no resource; ids of executions are only known when they have begun.",
  );
  return role;
}

/**
 * The role that a multi-account run is started with in the central account: it may become the execution role in
 * accounts of the same organization, and list the accounts of an OU.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
export function administrationRole(stack: Stack, config: Config): iam.Role {
  const policy: PolicyJson = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "BecomeExecutionRole",
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Resource: `arn:${Aws.PARTITION}:iam::*:role/${config.executionRoleName}`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
        Condition: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } },
      },
      {
        Sid: "FindAccounts",
        Effect: "Allow",
        Action: [
          "organizations:ListAccountsForParent",
          "organizations:ListChildren",
          "organizations:DescribeOrganization",
        ],
        Resource: "*",
      },
    ],
  };
  const role = new iam.Role(stack, "AdministrationRole", {
    roleName: config.administrationRoleName,
    description: `Starts ${config.documentName} in other accounts of the organization`,
    assumedBy: systemsManager(),
    inlinePolicies: { MultiAccount: iam.PolicyDocument.fromJson(policy) },
  });
  acknowledgeWildcards(
    role,
    policy,
    "The execution role has the same name in every account of the organization, a condition keeps to that organization; Organizations' list calls take no resource.",
  );
  return role;
}

const systemsManager = (): iam.PrincipalBase =>
  new iam.ServicePrincipal("ssm.amazonaws.com").withConditions({
    StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
    ArnLike: {
      "aws:SourceArn": `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:automation-execution/*`,
    },
  });

const runbookPolicy = (document: Publication, regions: readonly string[]): PolicyJson =>
  inRegions(
    document.policy({
      partition: Aws.PARTITION,
      region: regions.length === 1 ? (regions[0] ?? Aws.REGION) : "*",
      accountId: Aws.ACCOUNT_ID,
    }),
    regions,
  );

const startPolicy = (config: Config, centralAccount: string): PolicyJson => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "StartRunbook",
      Effect: "Allow",
      Action: "ssm:StartAutomationExecution",
      Resource: [
        `arn:${Aws.PARTITION}:ssm:*:${centralAccount}:document/${config.documentName}`,
        `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:document/${config.documentName}`,
        `arn:${Aws.PARTITION}:ssm:*:${centralAccount}:automation-definition/${config.documentName}:*`,
        `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:automation-definition/${config.documentName}:*`,
        `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:automation-execution/*`,
      ],
    },
    {
      Sid: "FollowRunbook",
      Effect: "Allow",
      Action: ["ssm:GetAutomationExecution", "ssm:StopAutomationExecution"],
      Resource: `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:automation-execution/*`,
    },
    {
      Sid: "FindTargets",
      Effect: "Allow",
      Action: [
        "ssm:DescribeAutomationExecutions",
        "ssm:DescribeAutomationStepExecutions",
        "resource-groups:ListGroupResources",
        "tag:GetResources",
        "ec2:DescribeInstances",
      ],
      Resource: "*",
    },
    {
      Sid: "PassItself",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${config.executionRoleName}`,
      Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
    },
  ],
});

/** Acknowledges for cdk-nag each wildcard that a policy has, one by one, as cdk-nag wants it. */
function acknowledgeWildcards(role: iam.Role, policy: PolicyJson, reason: string): void {
  const flat = (value: StatementJson["Action"]): readonly string[] =>
    typeof value === "string" ? [value] : value;
  const findings = policy.Statement.flatMap((statement) => [
    ...flat(statement.Action).map((action) => `Action::${action}`),
    ...flat(statement.Resource).map((resource) => `Resource::${nagText(resource)}`),
  ]).filter((finding) => finding.includes("*"));
  for (const finding of new Set(findings))
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}

/** How cdk-nag writes a resource with tokens: the pseudo parameter between angle brackets. */
const nagText = (resource: string): string =>
  resource
    .replaceAll(Aws.PARTITION, "<AWS::Partition>")
    .replaceAll(Aws.ACCOUNT_ID, "<AWS::AccountId>")
    .replaceAll(Aws.REGION, "<AWS::Region>");
