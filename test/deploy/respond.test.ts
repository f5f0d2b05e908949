/** The response to findings as it is deployed: from the event to the contained instance. */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import {
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { expectIsolated } from "../account/state.ts";
import { clientsOf, freshAccount, makeTestAccount } from "../account/testAccount.ts";
import { as, bootstrap, run } from "./organization.ts";
import { templatesFor } from "./templates.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const approver = "arn:aws:iam::111122223333:role/Responders";
const settings = [
  `respondApprovers=${approver},arn:aws:iam::111122223333:user/duty`,
  "respondApprovals=2",
  "respondEmails=duty@example.com",
  "respondSeverity=4",
  "respondSecurityHubAction=Contain",
  "backupBucket=true",
];

describe("RespondStack", () => {
  const { app } = templatesFor(loadDocument("test/deploy/fixtures/sample.yaml"));

  it("is not there unless somebody is named who approves", () => {
    expect(() => app(loadConfig()).of("ContainEC2Instance-Respond-us-east-1")).toThrow("no stack");
  });

  it("has document, topic and rules in every Region, and the roles in the first alone", () => {
    const { of } = app(loadConfig(settings));
    for (const [region, roles] of [
      ["us-east-1", 2],
      ["eu-west-1", 0],
    ] as const) {
      const template = of(`ContainEC2Instance-Respond-${region}`);
      template.resourceCountIs("AWS::IAM::Role", roles);
      template.resourceCountIs("AWS::Events::Rule", 2);
      template.hasResourceProperties("AWS::SSM::Document", { Name: respondToFinding.name });
      template.hasResourceProperties("AWS::SNS::Topic", {
        TopicName: "Automation-ContainEC2Instance-Approvals",
      });
      template.hasResourceProperties("AWS::SNS::Subscription", { Endpoint: "duty@example.com" });
    }
  });

  it("lets both roles start the containment, named as a document and as an automation definition", () => {
    const template = app(loadConfig(settings)).of("ContainEC2Instance-Respond-us-east-1");
    const roles = Object.values(template.findResources("AWS::IAM::Role"));
    expect(roles).toHaveLength(2);
    for (const role of roles.map((each) => JSON.stringify(each)))
      for (const named of [
        "document/ContainEC2Instance",
        "automation-definition/ContainEC2Instance:*",
      ])
        expect(role).toContain(`:${named}"`);
  });

  it.each([
    [["respondApprovers=duty"], "needs a bucket"],
    [["respondApprovers=duty", "respondBucket=evidence", "respondApprovals=2"], "more than"],
    [["respondEmails=duty@example.com"], "name who approves it"],
    [["respondApprovers=a b", "backupBucket=true"], "up to 10 ARNs"],
    [["respondSeverity=11"], "a number from 1 to 10"],
  ])("refuses %j in words", (given, said) => {
    expect(() => loadConfig(given)).toThrow(said);
  });
});

/** Systems Manager for the IAM user who approves. */
async function onDuty(emulator: Emulator, accountId: string): Promise<SSMClient> {
  const iam = new IAMClient(as(emulator, accountId));
  await iam.send(new CreateUserCommand({ UserName: "duty" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "duty" }));
  return new SSMClient({
    ...as(emulator, accountId),
    credentials: {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    },
  });
}

describe("deployed with npm run deploy", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await sharedEmulator();
  });

  it("a finding is planned, asked about, approved and contained, each role with its own policy", async () => {
    const accountId = freshAccount();
    await bootstrap(emulator, accountId, "us-east-1");
    const own = ["respondApprovers=duty", "backupBucket=true"];
    const deployed = await run(
      "deploy",
      ["--yes", ...own.flatMap((setting) => ["-c", setting])],
      emulator.env(accountId),
    );
    expect(deployed.status, deployed.all).toBe(0);
    expect(deployed.stdout).toMatch(/RespondToFinding .*verified/);

    const { ssm, iam } = clientsOf({ endpoint: emulator.endpoint, accountId, region: "us-east-1" });
    for (const { Arn = "" } of (await iam.send(new ListRolesCommand({}))).Roles ?? [])
      if (Arn.includes("/ContainEC2Instance-")) emulator.iam.enforce(Arn);
    const testAccount = await makeTestAccount(emulator, {
      accountId,
      interfaces: [["web"]],
      bucket: false,
      published: true,
    });
    const events = new EventBridgeClient(as(emulator, accountId));
    const detail = {
      id: "16afba5c5c43e07c9e3e5e2e544e95df",
      type: "Backdoor:EC2/C&CActivity.B!DNS",
      severity: 8,
      resource: {
        resourceType: "Instance",
        instanceDetails: { instanceId: testAccount.instanceId },
      },
      service: { archived: false },
    };
    await events.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: "aws.guardduty",
            DetailType: "GuardDuty Finding",
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
    const execution = async () => {
      const found = await ssm.send(
        new DescribeAutomationExecutionsCommand({
          Filters: [{ Key: "DocumentNamePrefix", Values: [respondToFinding.name] }],
        }),
      );
      const id = found.AutomationExecutionMetadataList?.[0]?.AutomationExecutionId;
      if (id === undefined) return {};
      const read = new GetAutomationExecutionCommand({ AutomationExecutionId: id });
      return (await ssm.send(read)).AutomationExecution ?? {};
    };
    const status = async () => {
      const { AutomationExecutionStatus, FailureMessage } = await execution();
      return AutomationExecutionStatus === "Failed" ? FailureMessage : AutomationExecutionStatus;
    };
    await expect.poll(status, { timeout: 60_000 }).toBe("Waiting");
    const { AutomationExecutionId } = await execution();
    await (await onDuty(emulator, accountId)).send(
      new SendAutomationSignalCommand({ AutomationExecutionId, SignalType: "Approve" }),
    );
    await expect.poll(status, { timeout: 60_000 }).toBe("Success");
    await expectIsolated(testAccount);
  });
});
