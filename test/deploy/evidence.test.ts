import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  GetAutomationExecutionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Emulator } from "automation-emulator";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { backupBucket } from "../../deploy/stacks/bucket.ts";
import { templateOf } from "../../deploy/stacks/member.ts";
import { automationRole } from "../../deploy/stacks/roles.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, instance, run } from "./organization.ts";
import { ACCOUNT, templatesFor } from "./templates.ts";

// A whole containment, and the first synthesis takes seconds.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const BUCKET = `contain-ec2-backup-${ACCOUNT}-us-east-1`;
const config = loadConfig(["backupBucket=true", "breakGlassRole=BreakGlass", "accessLogsDays=90"]);
const key = { Bucket: BUCKET, Key: "" };
let emulator: Emulator;

/** A client of a role with all of an administrator's rights. */
async function administrator(name: string, account = ACCOUNT): Promise<S3Client> {
  const iam = new IAMClient(as(emulator, account));
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } };
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  const { Credentials } = await new STSClient(as(emulator, account)).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "kay" }),
  );
  return new S3Client({
    ...as(emulator, account),
    forcePathStyle: true,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    },
  });
}

/** Starts the runbook with the deployed role and bucket, and gives how it ended. */
async function runbook(parameters: Readonly<Record<string, string>>) {
  const ssm = new SSMClient(as(emulator, ACCOUNT));
  const { AutomationExecutionId = "" } = await ssm.send(
    new StartAutomationExecutionCommand({
      DocumentName: "ContainEC2Instance",
      Parameters: Object.fromEntries(
        Object.entries({
          DryRun: "false",
          S3BucketName: BUCKET,
          AutomationAssumeRole: `arn:aws:iam::${ACCOUNT}:role/ContainEC2Instance-Automation`,
          ...parameters,
        }).map(([name, value]) => [name, [value]]),
      ),
    }),
  );
  await emulator.engine.settled(AutomationExecutionId);
  const { AutomationExecution } = await ssm.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId }),
  );
  return AutomationExecution;
}

let InstanceId = "";
beforeAll(async () => {
  emulator = await sharedEmulator();
  const template = templateOf("Evidence", (stack) => {
    backupBucket(stack, config);
    automationRole(stack, config, loadDocument("test/deploy/fixtures/sample.yaml"), ["us-east-1"]);
  });
  await new CloudFormationClient(as(emulator, ACCOUNT)).send(
    new CreateStackCommand({
      StackName: "Evidence",
      TemplateBody: template,
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
  const published = await run("publish", ["--yes"], emulator.env(ACCOUNT));
  expect(published.status, published.all).toBe(0);
  emulator.iam.enforce("*");
  InstanceId = await instance(emulator, ACCOUNT);
});

describe("the backup bucket that is deployed", () => {
  it("takes the backup of the runbook's role", async () => {
    const run = await runbook({ InstanceId });
    expect(run?.AutomationExecutionStatus, run?.FailureMessage).toBe("Success");
    const [found] =
      (
        await (await administrator("Reader")).send(new ListObjectsV2Command({ Bucket: BUCKET }))
      ).Contents?.filter((object) => /\.[0-9a-f]{64}\.json$/.test(object.Key ?? "")) ?? [];
    key.Key = found?.Key ?? "";
    expect(key.Key).toMatch(/\.json$/);
  });

  const refused = { name: "AccessDenied", message: expect.stringContaining("explicit deny") };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const harm = {
    "overwrite a backup": () => new PutObjectCommand({ ...key, Body: "{}" }),
    "write beside it": () => new PutObjectCommand({ ...key, Key: "forged.json", Body: "{}" }),
    "change its tags": () => new PutObjectTaggingCommand({ ...key, Tagging: { TagSet: [] } }),
    "delete it": () => new DeleteObjectCommand(key),
    "replace the policy": () => new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }),
    "stop its versions": () =>
      new PutBucketVersioningCommand({
        Bucket: BUCKET,
        VersioningConfiguration: { Status: "Suspended" },
      }),
  };

  it("refuses all of that to an administrator of the account, who may read", async () => {
    const stranger = await administrator("Stranger");
    expect((await stranger.send(new GetObjectCommand(key))).ContentLength).toBeGreaterThan(100);
    for (const [what, call] of Object.entries(harm))
      await expect(stranger.send(call() as PutObjectCommand), what).rejects.toMatchObject(refused);
  });

  it("refuses a role of the runbook's name in another account", async () => {
    const other = await administrator("ContainEC2Instance-Automation", "444455556666");
    for (const [what, call] of Object.entries(harm))
      await expect(other.send(call() as PutObjectCommand), what).rejects.toMatchObject({
        name: "AccessDenied",
      });
  });

  it("gives the instance back to the runbook's role, out of the unchanged backup", async () => {
    const run = await runbook({ InstanceId, Action: "Release", S3PrefixName: key.Key });
    expect(run?.AutomationExecutionStatus, run?.FailureMessage).toBe("Success");
  });

  it("allows all of it to the break-glass role", async () => {
    const breakGlass = await administrator("BreakGlass");
    for (const call of Object.values(harm)) await breakGlass.send(call() as PutObjectCommand);
  });
});

describe("its template", () => {
  const { app } = templatesFor(loadDocument("test/deploy/fixtures/sample.yaml"));
  const bucketOf = (...settings: string[]): Template =>
    app(loadConfig(["backupBucket=true", ...settings]), ["us-east-1"]).of(
      "ContainEC2Instance-us-east-1",
    );
  const statements = (template: Template) =>
    JSON.stringify(template.findResources("AWS::S3::BucketPolicy"));

  it("writes access logs into a second private bucket, which only S3 writes into", () => {
    const template = bucketOf("accessLogsDays=90");
    template.resourceCountIs("AWS::S3::Bucket", 2);
    template.hasResourceProperties("AWS::S3::Bucket", {
      LoggingConfiguration: { DestinationBucketName: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::S3::Bucket", {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 90 })] },
      PublicAccessBlockConfiguration: Match.objectLike({ BlockPublicPolicy: true }),
    });
    template.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
          }),
          Match.objectLike({ Effect: "Deny", Sid: "WrittenByTheRunbookAlone" }),
        ]),
      },
    });
    bucketOf().resourceCountIs("AWS::S3::Bucket", 1);
  });

  it("lets CloudFormation change the configuration, so that the stack can be updated", () => {
    bucketOf().hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: "ConfiguredByItsStackAlone",
            Condition: Match.objectLike({
              "ForAllValues:StringNotEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" },
            }),
          }),
        ]),
      },
    });
  });

  it("names the roles with the path that they are made with, and a break-glass role by name or ARN", () => {
    expect(statements(bucketOf("rolePath=/security/"))).toContain(
      ":role/security/ContainEC2Instance-Automation",
    );
    expect(statements(bucketOf("breakGlassRole=keys/Glass"))).toContain(":role/keys/Glass");
    const arn = "arn:aws:iam::444455556666:role/Glass";
    expect(statements(bucketOf(`breakGlassRole=${arn}`))).toContain(`"${arn}"`);
  });
});
