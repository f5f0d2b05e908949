/** An account in which findings start RespondToFinding, as the deployment sets it up. */
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  type AutomationExecution,
  CreateDocumentCommand,
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { clientOptions } from "automation-emulator/sample/account";
import { findPython } from "automation-language/python";
import { compile } from "../../document/compile.ts";
import { respondPolicy, starterPolicy } from "../../document/respond/policy.ts";
import { inputTemplate, type Rule } from "../../document/respond/rules.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { documentName } from "../account/document.ts";
import { holdToPolicy } from "../account/role.ts";
import type { TestAccount } from "../account/testAccount.ts";

/** RespondToFinding as `npm run build` writes it. */
export const respondDocument = compile(findPython(), respondToFinding);

const topicName = "AutomationApprovals";

export interface Responding {
  readonly approver: string;
  /** Sends a finding as its service does. */
  find(
    source: string,
    detailType: string,
    detail: object,
    resources?: readonly string[],
  ): Promise<void>;
  /** The newest execution, once it is in this state; undefined where there is none after a while. */
  latest(...states: readonly string[]): Promise<AutomationExecution>;
  executions(): Promise<readonly string[]>;
  answer(id: string, signal: "Approve" | "Reject"): Promise<void>;
  /** What was published to the topic. */
  messages(): readonly string[];
}

async function makeRole(
  iam: IAMClient,
  name: string,
  service: string,
  statements: readonly unknown[],
): Promise<string> {
  const made = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "Own",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    }),
  );
  return made.Role?.Arn ?? "";
}

/** Publishes the document, makes its topic, its roles, held to their policies, and a rule for findings. */
export async function makeResponding(testAccount: TestAccount, rule: Rule): Promise<Responding> {
  const { access, accountId, emulator, iam, ssm } = testAccount;
  const { region } = access;
  const sns = new SNSClient(clientOptions(access));
  const events = new EventBridgeClient(clientOptions(access));
  const { TopicArn: topic = "" } = await sns.send(new CreateTopicCommand({ Name: topicName }));
  await ssm.send(
    new CreateDocumentCommand({
      Name: respondToFinding.name,
      Content: respondDocument.yaml,
      DocumentFormat: "YAML",
      DocumentType: "Automation",
    }),
  );
  await holdToPolicy(testAccount);
  const whole = {
    ...{ partition: "aws", accountId, regions: [region], topic: topicName },
    ...{ containDocument: documentName, containRole: testAccount.role },
  };
  const role = await makeRole(
    iam,
    "RespondToFinding",
    "ssm.amazonaws.com",
    respondPolicy(whole).map(({ statement }) => statement),
  );
  const starter = await makeRole(
    iam,
    "StartRespondToFinding",
    "events.amazonaws.com",
    starterPolicy(whole, role).map(({ statement }) => statement),
  );
  for (const one of [role, starter]) emulator.iam.enforce(one);
  const approver = `arn:aws:iam::${accountId}:root`;
  await events.send(
    new PutRuleCommand({ Name: "findings", EventPattern: JSON.stringify(rule.pattern) }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: "findings",
      Targets: [
        {
          Id: "respond",
          Arn: `arn:aws:ssm:${region}:${accountId}:automation-definition/${respondToFinding.name}:$DEFAULT`,
          RoleArn: starter,
          InputTransformer: {
            InputPathsMap: rule.paths,
            InputTemplate: inputTemplate(rule, {
              Approvers: [approver],
              ApprovalTopic: [topic],
              ContainRole: [testAccount.role],
              S3BucketName: [testAccount.bucket],
              AutomationAssumeRole: [role],
            }),
          },
        },
      ],
    }),
  );
  return {
    approver,
    find: async (Source, DetailType, detail, resources = []) => {
      await events.send(
        new PutEventsCommand({
          Entries: [
            { Source, DetailType, Detail: JSON.stringify(detail), Resources: [...resources] },
          ],
        }),
      );
    },
    executions: () => executionsOf(ssm),
    latest: async (...states) => {
      for (;;) {
        const [id] = await executionsOf(ssm);
        if (id !== undefined) {
          const execution = await read(ssm, id);
          const status = execution.AutomationExecutionStatus ?? "";
          if (states.includes(status)) return execution;
          if (execution.ExecutionEndTime !== undefined)
            throw new Error(`It ended as ${status}: ${execution.FailureMessage}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    answer: async (id, SignalType) => {
      await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType }));
    },
    messages: () =>
      emulator.calls
        .of({ accountId })
        .filter(({ operation, status }) => operation === "Publish" && status === 200)
        .map(({ parameters }) => `${parameters.Subject}\n${parameters.Message}`),
  };
}

/** The executions of the document, the newest first. */
async function executionsOf(ssm: SSMClient): Promise<readonly string[]> {
  const found = await ssm.send(
    new DescribeAutomationExecutionsCommand({
      Filters: [{ Key: "DocumentNamePrefix", Values: [respondToFinding.name] }],
    }),
  );
  return (found.AutomationExecutionMetadataList ?? []).map(
    ({ AutomationExecutionId = "" }) => AutomationExecutionId,
  );
}

async function read(ssm: SSMClient, id: string): Promise<AutomationExecution> {
  const found = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
  return found.AutomationExecution ?? {};
}
