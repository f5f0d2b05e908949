import { Aws, CfnOutput, type Stack } from "aws-cdk-lib";
import { CfnRule } from "aws-cdk-lib/aws-events";
import * as iam from "aws-cdk-lib/aws-iam";
import { Alias } from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { backupBucketName, type Config, respondNames } from "../../common/config.ts";
import type { VersionedDocument } from "../../common/document.ts";
import { type RespondScope, respondPolicy, starterPolicy } from "../../document/respond/policy.ts";
import {
  guardDutyRule,
  inputTemplate,
  type Rule,
  securityHubRule,
} from "../../document/respond/rules.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { document } from "./document.ts";
import { makeRole, roleArn, systemsManager } from "./roles.ts";

/**
 * From findings to the approvers in one Region: the document, the topic and the rules, and where they are wanted the
 * roles.
 *
 * @param regions all Regions of the deployment; none: any
 * @returns the topic of the approvers
 */
export function respond(
  scope: Construct,
  config: Config,
  published: VersionedDocument,
  regions: readonly string[],
  withRoles: boolean,
): sns.Topic {
  const made = document(scope, respondToFinding.name, published);
  const topic = approvers(scope, config);
  if (withRoles) roles(scope, config, regions);
  const fixed = {
    Approvers: config.respondApprovers,
    MinRequiredApprovals: [String(config.respondApprovals)],
    ApprovalTopic: [topic.topicArn],
    DocumentName: [config.documentName],
    ContainRole: [roleArn(config, config.automationRoleName)],
    S3BucketName: [config.respondBucket || backupBucketName(config, Aws.ACCOUNT_ID, Aws.REGION)],
    AutomationAssumeRole: [roleArn(config, respondNames(config).role)],
  };
  const rule = (id: string, description: string, { pattern, paths }: Rule): void => {
    new CfnRule(scope, id, {
      description,
      eventPattern: pattern,
      targets: [
        {
          id: "Respond",
          arn: `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:automation-definition/${made.ref}:$DEFAULT`,
          roleArn: roleArn(config, respondNames(config).starter),
          inputTransformer: {
            inputPathsMap: paths as Record<string, string>,
            inputTemplate: inputTemplate({ pattern, paths }, fixed),
          },
        },
      ],
    });
  };
  rule(
    "GuardDutyRule",
    `Findings of GuardDuty about EC2 instances, severity ${config.respondSeverity} and more, ask for a containment`,
    guardDutyRule(config.respondSeverity),
  );
  const action = config.respondSecurityHubAction;
  if (action !== "")
    rule(
      "SecurityHubRule",
      "A custom action of Security Hub asks for a containment",
      securityHubRule(
        `arn:${Aws.PARTITION}:securityhub:${Aws.REGION}:${Aws.ACCOUNT_ID}:action/custom/${action}`,
      ),
    );
  return topic;
}

/**
 * RespondStack: what `respond` makes in one Region, in the first Region with the roles.
 *
 * @param regions all Regions of the deployment, the first one first
 */
export function respondStack(
  stack: Stack,
  config: Config,
  published: VersionedDocument,
  regions: readonly string[],
): void {
  const topic = respond(stack, config, published, regions, stack.region === regions[0]);
  new CfnOutput(stack, "ApprovalTopicArn", {
    description: "Subscribe here to be asked",
    value: topic.topicArn,
  });
}

/** The topic that the approvers subscribe to, encrypted; SNS's own key needs no grant to who may publish. */
function approvers(scope: Construct, config: Config): sns.Topic {
  const topic = new sns.Topic(scope, "ApprovalTopic", {
    topicName: respondNames(config).topic,
    displayName: "EC2 containments to approve",
    masterKey: Alias.fromAliasName(scope, "SnsKey", "alias/aws/sns"),
    enforceSSL: true,
  });
  for (const email of config.respondEmails) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/** What RespondToFinding acts as, and what EventBridge starts it with. */
function roles(scope: Construct, config: Config, regions: readonly string[]): void {
  const where: RespondScope = {
    partition: Aws.PARTITION,
    accountId: Aws.ACCOUNT_ID,
    regions,
    containDocument: config.documentName,
    containRole: roleArn(config, config.automationRoleName),
    topic: respondNames(config).topic,
  };
  makeRole(scope, config, "RespondRole", {
    name: respondNames(config).role,
    description: `Asks for approval and starts ${config.documentName}`,
    trusts: systemsManager(),
    granted: { Runbook: respondPolicy(where) },
  });
  makeRole(scope, config, "StarterRole", {
    name: respondNames(config).starter,
    description: `Starts ${respondToFinding.name} for findings`,
    trusts: new iam.ServicePrincipal("events.amazonaws.com").withConditions({
      StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      ArnLike: { "aws:SourceArn": `arn:${Aws.PARTITION}:events:*:${Aws.ACCOUNT_ID}:rule/*` },
    }),
    granted: { Runbook: starterPolicy(where, roleArn(config, respondNames(config).role)) },
  });
}
