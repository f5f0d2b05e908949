import { Aws, Stack, Token, Tokenization, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Config } from "../../common/config.ts";
import { bucketNames, protectRoleName } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { Problem } from "../../common/problem.ts";
import type { Granted } from "../../document/grants.ts";
import { protectPolicy } from "../../document/protect/policy.ts";
import { automationsOf, SYSTEMS_MANAGER } from "../../document/trust.ts";

/** The role that the runbook acts as in its own account. Only Systems Manager may assume it. */
export function automationRole(
  scope: Construct,
  config: Config,
  document: Pick<Publication, "policy">,
  regions: readonly string[],
): iam.Role {
  return makeRole(scope, config, "AutomationRole", {
    name: config.automationRoleName,
    description: `What ${config.documentName} may do in this account`,
    trusts: systemsManager(),
    granted: { Runbook: runbookPolicy(config, document, regions) },
  });
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
  scope: Construct,
  config: Config,
  document: Pick<Publication, "policy">,
  regions: readonly string[],
  centralAccount: string,
): iam.Role {
  const central = new iam.AccountPrincipal(centralAccount).withConditions({
    ArnEquals: {
      "aws:PrincipalArn": roleArn(config, config.administrationRoleName, centralAccount),
    },
  });
  return makeRole(scope, config, "ExecutionRole", {
    name: config.executionRoleName,
    description: `What ${config.documentName} may do in this account when account ${centralAccount} starts it`,
    trusts: new iam.CompositePrincipal(central, systemsManager()),
    granted: {
      Runbook: runbookPolicy(config, document, regions),
      Start: startPolicy(config, centralAccount),
    },
  });
}

/**
 * The role that a multi-account run is started with in the central account: it may become the execution role in
 * accounts of the same organization, and list the accounts of an OU.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
export function administrationRole(scope: Construct, config: Config): iam.Role {
  const granted: readonly Granted[] = [
    {
      reason:
        "The execution role has the same name in every account; the condition keeps to those of the organization.",
      statement: {
        Sid: "BecomeExecutionRole",
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Resource: [roleArn(config, config.executionRoleName, "*")],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
        Condition: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } },
      },
    },
    {
      reason: "The list calls of Organizations know no resources.",
      statement: {
        Sid: "FindAccounts",
        Effect: "Allow",
        Action: [
          "organizations:ListAccountsForParent",
          "organizations:ListChildren",
          "organizations:DescribeOrganization",
        ],
        Resource: ["*"],
      },
    },
  ];
  return makeRole(scope, config, "AdministrationRole", {
    name: config.administrationRoleName,
    description: `Starts ${config.documentName} in other accounts of the organization`,
    trusts: systemsManager(),
    granted: { MultiAccount: granted },
  });
}

export interface RoleParts {
  readonly name: string;
  readonly description: string;
  readonly trusts: iam.PrincipalBase;
  /** What it may do, by the name of the inline policy that says so. */
  readonly granted: Readonly<Record<string, readonly Granted[]>>;
}

/** A role with the path and the boundary of the settings, whose wildcards are told to cdk-nag with their reasons. */
export function makeRole(
  scope: Construct,
  config: Config,
  id: string,
  { name, description, trusts, granted }: RoleParts,
): iam.Role {
  const made = new iam.Role(scope, id, {
    ...placed(scope, config, name),
    description,
    assumedBy: trusts,
    inlinePolicies: Object.fromEntries(
      Object.entries(granted).map(([each, statements]) => [each, policy(statements)]),
    ),
  });
  acknowledgeWildcards(made, Object.values(granted).flat());
  return made;
}

/** The most characters that the inline policies of a role have together, white space not counted. */
const INLINE_POLICY_LIMIT = 10_240;

/**
 * The policies must fit into the roles: each Region and bucket of the settings stands in many statements.
 *
 * @throws Problem with the settings to shorten, before a stack is begun that IAM would refuse
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
export function assertPoliciesFit(
  config: Config,
  document: Pick<Publication, "policy">,
  regions: readonly string[],
): void {
  const execution = config.administration || config.organizationalUnits.length > 0;
  const granted = [
    ...runbookPolicy(config, document, regions),
    ...(execution ? startPolicy(config, config.centralAccount || Aws.ACCOUNT_ID) : []),
  ];
  assertFit(
    granted,
    `${execution ? config.executionRoleName : config.automationRoleName} would have`,
    `with ${regions.length} Regions and ${config.buckets.length} buckets`,
    "Name fewer Regions in contain:regions, and fewer buckets in contain:buckets with * for several; or deploy in two parts, with other role and document names.",
  );
  if (config.protect)
    assertFit(
      evidencePolicy(config, regions),
      `${protectRoleName(config)} would have`,
      `with ${regions.length} Regions, ${config.buckets.length} buckets and ${config.protectRoles.length} roles of instances`,
      "Name fewer roles in contain:protectRoles, with * for several, and fewer buckets in contain:buckets and Regions in contain:regions.",
    );
}

function assertFit(
  granted: readonly Granted[],
  role: string,
  because: string,
  advice: string,
): void {
  const length = JSON.stringify(granted.map(({ statement }) => statement))
    .replaceAll(Aws.PARTITION, "aws-us-gov")
    .replaceAll(Aws.ACCOUNT_ID, "111122223333").length;
  if (length <= INLINE_POLICY_LIMIT) return;
  throw new Problem(
    `The policies of the role ${role} ${length.toLocaleString("en")} characters ${because}; IAM takes ${INLINE_POLICY_LIMIT.toLocaleString("en")}.`,
    advice,
  );
}

/** What ProtectEC2Evidence may do, with the buckets and the roles of instances that the settings name. */
export const evidencePolicy = (config: Config, regions: readonly string[]): readonly Granted[] =>
  protectPolicy({
    partition: Aws.PARTITION,
    accountId: Aws.ACCOUNT_ID,
    regions,
    buckets: bucketNames(config, Aws.ACCOUNT_ID),
    roles: config.protectRoles,
  });

export const systemsManager = (): iam.PrincipalBase =>
  new iam.ServicePrincipal(SYSTEMS_MANAGER).withConditions(
    automationsOf(Aws.PARTITION, Aws.ACCOUNT_ID),
  );

const runbookPolicy = (
  config: Config,
  document: Pick<Publication, "policy">,
  regions: readonly string[],
): readonly Granted[] =>
  document.policy({
    partition: Aws.PARTITION,
    accountId: Aws.ACCOUNT_ID,
    regions,
    buckets: bucketNames(config, Aws.ACCOUNT_ID),
  });

const startPolicy = (config: Config, centralAccount: string): readonly Granted[] => {
  const executions = `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:automation-execution/*`;
  const document = (account: string): string[] => [
    `arn:${Aws.PARTITION}:ssm:*:${account}:document/${config.documentName}`,
    `arn:${Aws.PARTITION}:ssm:*:${account}:automation-definition/${config.documentName}:*`,
  ];
  return [
    {
      reason:
        "The runbook, as shared by the central account or as a copy, in the Regions of the run.",
      statement: {
        Sid: "StartRunbook",
        Effect: "Allow",
        Action: ["ssm:StartAutomationExecution"],
        Resource: [...document(centralAccount), ...document(Aws.ACCOUNT_ID), executions],
      },
    },
    {
      reason: "Ids of executions are known only when they have begun.",
      statement: {
        Sid: "FollowRunbook",
        Effect: "Allow",
        Action: ["ssm:GetAutomationExecution", "ssm:StopAutomationExecution"],
        Resource: [executions],
      },
    },
    {
      reason: "Finding targets by tag or resource group takes no resource.",
      statement: {
        Sid: "FindTargets",
        Effect: "Allow",
        Action: [
          "ssm:DescribeAutomationExecutions",
          "ssm:DescribeAutomationStepExecutions",
          "resource-groups:ListGroupResources",
          // Listing a group made of a stack takes these two, of tags the third.
          "cloudformation:DescribeStacks",
          "cloudformation:ListStackResources",
          "tag:GetResources",
          "ec2:DescribeInstances",
        ],
        Resource: ["*"],
      },
    },
    {
      reason: "The run in the account acts as this same role.",
      statement: {
        Sid: "PassItself",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [roleArn(config, config.executionRoleName)],
        Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
      },
    },
  ];
};

/** Name, path and boundary of a role that is made. */
function placed(
  scope: Construct,
  { rolePath, permissionsBoundary: boundary }: Config,
  roleName: string,
): Pick<iam.RoleProps, "roleName" | "path" | "permissionsBoundary"> {
  return {
    roleName,
    ...(rolePath === "/" ? {} : { path: rolePath }),
    ...(boundary === ""
      ? {}
      : {
          permissionsBoundary: boundaryIn(scope, boundary),
        }),
  };
}

/** The boundary of all roles of a scope, as CDK wants it. */
const boundaryIn = (scope: Construct, named: string): iam.IManagedPolicy =>
  (scope.node.tryFindChild("Boundary") as iam.IManagedPolicy | undefined) ??
  iam.ManagedPolicy.fromManagedPolicyArn(scope, "Boundary", inAccount("policy", named));

/** The ARN of a role that is made. */
export const roleArn = (
  { rolePath }: Pick<Config, "rolePath">,
  name: string,
  account: string = Aws.ACCOUNT_ID,
): string => `arn:${Aws.PARTITION}:iam::${account}:role${rolePath}${name}`;

/** What a setting names by its ARN, or by the name that it has in every account. */
export const inAccount = (kind: "policy" | "role", named: string): string =>
  named.startsWith("arn:") || Token.isUnresolved(named)
    ? named
    : `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${kind}/${named}`;

const policy = (granted: readonly Granted[]): iam.PolicyDocument =>
  iam.PolicyDocument.fromJson({
    Version: "2012-10-17",
    Statement: granted.map(({ statement }) => statement),
  });

/** Acknowledges for cdk-nag each wildcard of a role, one by one as cdk-nag wants it, with the reason of its statement. */
function acknowledgeWildcards(role: iam.Role, granted: readonly Granted[]): void {
  const reasons = new Map<string, string[]>();
  for (const { statement, reason } of granted)
    for (const finding of [
      ...statement.Action.map((action) => `Action::${action}`),
      ...statement.Resource.map((resource) => `Resource::${nagText(role, resource)}`),
    ])
      if (finding.includes("*")) reasons.set(finding, [...(reasons.get(finding) ?? []), reason]);
  for (const [finding, list] of reasons)
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: [...new Set(list)].join(" "),
    });
}

/** How cdk-nag writes a resource with tokens: the name of the parameter between angle brackets. */
const nagText = (role: iam.Role, resource: string): string =>
  Tokenization.reverseString(resource)
    .mapTokens({ mapToken: (token) => `<${Stack.of(role).resolve(token).Ref}>` })
    .join({ join: (left, right) => `${left ?? ""}${right ?? ""}` });
