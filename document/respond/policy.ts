/**
 * The policy of the role that RespondToFinding acts as. It changes nothing itself: it may start the one runbook that
 * contains, with the one role that that has, and publish to the topic of the approvers.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
 */
import { type Grant, type Granted, granted } from "../grants.ts";
import { type Declared, permissionsOf } from "../permissions.ts";
import { respondToFinding } from "./runbook.ts";

/** Where the role works: parts of ARNs and ARNs, as plain text or as CDK tokens. */
export interface RespondScope {
  readonly partition: string;
  readonly accountId: string;
  /** The Regions; none: all. With several, statements hold in each of them. */
  readonly regions: readonly string[];
  /** The runbook that contains, as it is shared: its name, or its ARN in another account. */
  readonly containDocument: string;
  /** The role that it acts as. */
  readonly containRole: string;
  /** The topic of the approvers: its name, which is the same in each Region. */
  readonly topic: string;
}

/** The ARN of something of a service, in the Region, or in all of several. */
const own = ({ partition, regions, accountId }: RespondScope, service: string): string =>
  `arn:${partition}:${service}:${regions.length === 1 ? regions[0] : "*"}:${accountId}`;

/**
 * A document as the resource of a start. The service authorization reference names the document, older pages of
 * AWS and EventBridge the definition: both are granted.
 *
 * @param name or, in another account, its ARN
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
const started = (scope: RespondScope, name: string): readonly string[] => {
  const document = name.startsWith("arn:") ? name : `${own(scope, "ssm")}:document/${name}`;
  return [document, `${document.replace(":document/", ":automation-definition/")}:*`];
};

/** Systems Manager alone may be given a role. */
const toSystemsManager = { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } };

function grants(scope: RespondScope): Grant[] {
  const executions = `${own(scope, "ssm")}:automation-execution/*`;
  return [
    {
      sid: "StartTheContainment",
      reason: "The one runbook that contains; that this is approved first is the document's part.",
      actions: ["ssm:StartAutomationExecution"],
      on: [...started(scope, scope.containDocument), executions],
    },
    {
      sid: "FollowExecutions",
      reason: "The ids of executions are not known before they are started.",
      actions: ["ssm:GetAutomationExecution", "ssm:StopAutomationExecution"],
      on: [executions],
    },
    {
      sid: "FindExecutions",
      reason: "Listing executions knows no resources.",
      actions: ["ssm:DescribeAutomationExecutions"],
      on: ["*"],
    },
    {
      sid: "PassTheRoleOfTheContainment",
      reason: "That role alone, and to Systems Manager alone.",
      actions: ["iam:PassRole"],
      on: [scope.containRole],
      where: toSystemsManager,
      anyRegion: true,
    },
    {
      sid: "TellTheApprovers",
      reason: "Their topic alone.",
      actions: ["sns:Publish"],
      on: [`${own(scope, "sns")}:${scope.topic}`],
    },
  ];
}

/**
 * The least policy with which RespondToFinding can do its work.
 *
 * @param permissions by default those that its steps declare
 */
export const respondPolicy = (
  scope: RespondScope,
  permissions: Declared = permissionsOf(respondToFinding),
): readonly Granted[] => granted(grants(scope), permissions, scope.regions);

/**
 * The policy of the role with which EventBridge starts RespondToFinding. A secondary execution runs in the context of
 * who started the primary one, so this role may start the containment too; were it the role of the primary execution,
 * that has the same.
 *
 * @param respondRole the ARN of the role that RespondToFinding acts as
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAutomation.html
 */
export const starterPolicy = (scope: RespondScope, respondRole: string): readonly Granted[] => {
  const start = "ssm:StartAutomationExecution";
  const starts: readonly Grant[] = [
    {
      sid: "Start",
      reason: "The one runbook that asks for approval, and the one that it starts.",
      actions: [start],
      on: [
        ...started(scope, respondToFinding.name),
        ...started(scope, scope.containDocument),
        `${own(scope, "ssm")}:automation-execution/*`,
      ],
    },
    {
      sid: "PassTheirRoles",
      reason: "Those two, and to Systems Manager alone.",
      actions: ["iam:PassRole"],
      on: [respondRole, scope.containRole],
      where: toSystemsManager,
      anyRegion: true,
    },
  ];
  return granted(starts, { rule: [start, "iam:PassRole"] }, scope.regions);
};
