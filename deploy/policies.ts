/** What the roles of a deployment may do, as plain statements: CDK makes roles of them (stacks/roles.ts). */
import { bucketNames, type Config, protectRoleName } from "../common/config.ts";
import type { Publication } from "../common/document.ts";
import { Problem } from "../common/problem.ts";
import type { Granted } from "../document/grants.ts";
import { protectPolicy } from "../document/protect/policy.ts";

/** The account that a policy is for: its values, or what CloudFormation puts them in place of. */
export interface Account {
  readonly partition: string;
  readonly accountId: string;
}

/** The ARN of a role that is made. */
export const roleArn = (
  { rolePath }: Pick<Config, "rolePath">,
  name: string,
  { partition, accountId }: Account,
): string => `arn:${partition}:iam::${accountId}:role${rolePath}${name}`;

/** What the runbook may do, in the buckets that the settings name. */
export const runbookPolicy = (
  config: Config,
  document: Pick<Publication, "policy">,
  regions: readonly string[],
  account: Account,
): readonly Granted[] =>
  document.policy({ ...account, regions, buckets: bucketNames(config, account.accountId) });

/** What ProtectEC2Evidence may do, with the buckets and the roles of instances that the settings name. */
export const evidencePolicy = (
  config: Config,
  regions: readonly string[],
  account: Account,
): readonly Granted[] =>
  protectPolicy({
    ...account,
    regions,
    buckets: bucketNames(config, account.accountId),
    roles: config.protectRoles,
  });

/** What the execution role may do besides: start the runbook in its own account, with itself. */
export const startPolicy = (
  config: Config,
  centralAccount: string,
  account: Account,
): readonly Granted[] => {
  const { partition, accountId } = account;
  const executions = `arn:${partition}:ssm:*:${accountId}:automation-execution/*`;
  const document = (owner: string): string[] => [
    `arn:${partition}:ssm:*:${owner}:document/${config.documentName}`,
    `arn:${partition}:ssm:*:${owner}:automation-definition/${config.documentName}:*`,
  ];
  return [
    {
      reason:
        "The runbook, as shared by the central account or as a copy, in the Regions of the run.",
      statement: {
        Sid: "StartRunbook",
        Effect: "Allow",
        Action: ["ssm:StartAutomationExecution"],
        Resource: [...document(centralAccount), ...document(accountId), executions],
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
        Resource: [roleArn(config, config.executionRoleName, account)],
        Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
      },
    },
  ];
};

/** The most characters that the inline policies of a role have together, white space not counted. */
const INLINE_POLICY_LIMIT = 10_240;

/** The account whose name in ARNs is the longest. */
const longest: Account = { partition: "aws-us-gov", accountId: "111122223333" };

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
    ...runbookPolicy(config, document, regions, longest),
    ...(execution ? startPolicy(config, config.centralAccount || longest.accountId, longest) : []),
  ];
  assertFit(
    granted,
    `${execution ? config.executionRoleName : config.automationRoleName} would have`,
    `with ${regions.length} Regions and ${config.buckets.length} buckets`,
    "Name fewer Regions in contain:regions, and fewer buckets in contain:buckets with * for several; or deploy in two parts, with other role and document names.",
  );
  if (config.protect)
    assertFit(
      evidencePolicy(config, regions, longest),
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
  const { length } = JSON.stringify(granted.map(({ statement }) => statement));
  if (length <= INLINE_POLICY_LIMIT) return;
  throw new Problem(
    `The policies of the role ${role} ${length.toLocaleString("en")} characters ${because}; IAM takes ${INLINE_POLICY_LIMIT.toLocaleString("en")}.`,
    advice,
  );
}
