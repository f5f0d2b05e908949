import { Aws, Stack, Token, Tokenization, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Config } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import type { Granted } from "../../document/grants.ts";
import { automationsOf, SYSTEMS_MANAGER } from "../../document/trust.ts";
import { type Account, roleArn as roleArnIn, runbookPolicy, startPolicy } from "../policies.ts";

/** The account that a stack is made in. */
export const here: Account = { partition: Aws.PARTITION, accountId: Aws.ACCOUNT_ID };

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
    granted: { Runbook: runbookPolicy(config, document, regions, here) },
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
      Runbook: runbookPolicy(config, document, regions, here),
      Start: startPolicy(config, centralAccount, here),
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

export const systemsManager = (): iam.PrincipalBase =>
  new iam.ServicePrincipal(SYSTEMS_MANAGER).withConditions(
    automationsOf(Aws.PARTITION, Aws.ACCOUNT_ID),
  );

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
  config: Pick<Config, "rolePath">,
  name: string,
  accountId: string = Aws.ACCOUNT_ID,
): string => roleArnIn(config, name, { ...here, accountId });

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
