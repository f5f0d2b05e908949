import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  DescribeDocumentCommand,
  DescribeDocumentPermissionCommand,
  GetAutomationExecutionCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { documents } from "../../document/documents.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, type Ended, instance, run } from "./organization.ts";
import { person, policyWith } from "./person.ts";

// Each test runs commands, which compile documents.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ACCOUNT = "111122223333";
const OTHER = "444455556666";
let emulator: Emulator;
let id = "";
const command = (name: string, ...args: readonly string[]): Promise<Ended> =>
  run(name, args, emulator.env(ACCOUNT));
const ssm = (): SSMClient => new SSMClient(as(emulator, ACCOUNT));

beforeAll(async () => {
  emulator = await sharedEmulator();
  id = await instance(emulator, ACCOUNT);
  const trust = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "ssm.amazonaws.com" },
  };
  for (const name of ["Automation", "Respond"])
    await new IAMClient(as(emulator, ACCOUNT)).send(
      new CreateRoleCommand({
        RoleName: `ContainEC2Instance-${name}`,
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      }),
    );
  await new SNSClient(as(emulator, ACCOUNT)).send(
    new CreateTopicCommand({ Name: "Automation-ContainEC2Instance-Approvals" }),
  );
});

describe.each(documents.map(({ runbook }) => runbook.name))("the document %s", (name) => {
  it("is published, shared and moved between its versions by its name", async () => {
    const published = await command("publish", "--document", name, "--yes");
    expect(published.status, published.all).toBe(0);
    const { Document } = await ssm().send(new DescribeDocumentCommand({ Name: name }));
    expect(Document).toMatchObject({ Name: name, DefaultVersion: "1", DocumentType: "Automation" });
    const shared = await command("share", "--document", name, "--account", OTHER, "--yes");
    expect(shared.status, shared.all).toBe(0);
    const { AccountIds } = await ssm().send(
      new DescribeDocumentPermissionCommand({ Name: name, PermissionType: "Share" }),
    );
    expect(AccountIds).toEqual([OTHER]);
    const promoted = await command("promote", "1", "--document", name, "--yes");
    expect(promoted.stdout).toContain(`the default of ${name} goes from 1 to 1`);
  });
});

it("a document that is not there is refused by the name, with those that are", async () => {
  for (const [script, ...args] of [
    ["publish"],
    ["share", "--list"],
    ["promote", "1"],
    ["rollback"],
  ]) {
    const ended = await command(script ?? "", ...args, "--document", "ContainAll");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("There is no document ContainAll here");
    expect(ended.stderr).toContain("RespondToFinding");
  }
});

describe("npm run execute with another document than the one that contains", () => {
  const respond = (...args: readonly string[]): Promise<Ended> =>
    command("execute", "--document", "RespondToFinding", "--instance", id, "--yes", ...args);
  const whole = [
    ...["--no-dry-run", "--bucket", "incident-evidence", "--parameter", "FindingId=4711"],
    ...["--parameter", "Approvers=duty,night"],
    ...["--parameter", `ContainRole=arn:aws:iam::${ACCOUNT}:role/ContainEC2Instance-Automation`],
    ...[
      "--parameter",
      `ApprovalTopic=arn:aws:sns:us-east-1:${ACCOUNT}:Automation-ContainEC2Instance-Approvals`,
    ],
  ];

  it("says which parameters it needs, and by which options they are given", async () => {
    const ended = await respond("--no-dry-run");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(
      "RespondToFinding needs FindingId, Approvers, ApprovalTopic, ContainRole, S3BucketName",
    );
    expect(ended.stderr).toContain("--parameter FindingId=…");
    expect(ended.stderr).toContain("--bucket (S3BucketName)");
  });

  it("refuses an option whose parameter it has not", async () => {
    const ended = await respond(...whole, "--kms-key", "alias/aws/ebs");
    expect(ended.stderr).toContain("RespondToFinding has no parameter KmsKey");
    expect(ended.stderr).toContain("Leave out --kms-key (KmsKey)");
  });

  it("says that it has no dry run instead of starting it as one", async () => {
    emulator.calls.clear();
    const ended = await respond(...whole.slice(1));
    expect(ended.stderr).toContain("RespondToFinding has no dry run");
    expect(emulator.calls.all().map(({ operation }) => operation)).not.toContain(
      "StartAutomationExecution",
    );
  });

  it("starts it with its own role and its own parameter for the instance", async () => {
    const ended = await respond(...whole, "--no-follow");
    expect(ended.status, ended.all).toBe(0);
    const execution = /^Started (\S+)/m.exec(ended.stdout)?.[1] ?? "";
    const { AutomationExecution } = await ssm().send(
      new GetAutomationExecutionCommand({ AutomationExecutionId: execution }),
    );
    expect(AutomationExecution?.Parameters).toMatchObject({
      Resource: [id],
      Approvers: ["duty", "night"],
      AutomationAssumeRole: [`arn:aws:iam::${ACCOUNT}:role/ContainEC2Instance-Respond`],
    });
    expect(AutomationExecution?.Parameters).not.toHaveProperty("DryRun");
    const status = await command("status", execution, "--no-follow");
    expect(status.status, status.all).toBe(0);
    expect(status.stdout).toContain("readFinding");
  });

  it("is started by a person with the permissions that docs/respond.md names, and with no less", async () => {
    const starts = async (name: string, left: string): Promise<Ended> => {
      const who = await person(emulator, ACCOUNT, name, policyWith("respond.md", ACCOUNT, left));
      emulator.iam.enforce(`arn:aws:iam::${ACCOUNT}:role/${name}`);
      const args = ["--document", "RespondToFinding", "--instance", id, "--yes", "--no-follow"];
      return run("execute", [...args, ...whole], who);
    };
    expect((await starts("NoDocument", "Start")).all).toContain("ssm:StartAutomationExecution");
    expect((await starts("NoRole", "PassTheRoles")).all).toContain("iam:PassRole");
    const ended = await starts("Responder", "");
    expect(ended.status, ended.all).toBe(0);
  });

  it("names the option for a value that it does not take", async () => {
    const ended = await respond(...whole, "--parameter", 'FindingId="no end');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("Correct --parameter FindingId=…");
  });
});
