import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeDocumentCommand,
  type DocumentDescription,
  GetDocumentCommand,
  ListTagsForResourceCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadDocument } from "../../common/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, bootstrap, changedSample, type Ended, run, SAMPLE } from "./organization.ts";

// The CDK command line itself runs here, which takes ten seconds a deployment.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const ACCOUNT = "111122223333";
const NAME = "ContainEC2Instance";
const folder = mkdtempSync(join(tmpdir(), "contain-deploy-"));
const second = changedSample(folder, "second.yaml", "met");
const third = changedSample(folder, "third.yaml", "found");
let emulator: Emulator;

const deploy = (settings: readonly string[], ...flags: string[]): Promise<Ended> =>
  deployWith({}, settings, ...flags);

const deployWith = (
  environment: Readonly<Record<string, string>>,
  settings: readonly string[],
  ...flags: string[]
): Promise<Ended> =>
  run("deploy", ["--yes", ...flags, ...settings.flatMap((setting) => ["-c", setting])], {
    ...emulator.env(ACCOUNT),
    ...environment,
  });

const published = async (region = "us-east-1"): Promise<DocumentDescription> =>
  (
    await new SSMClient(as(emulator, ACCOUNT, region)).send(
      new DescribeDocumentCommand({ Name: NAME }),
    )
  ).Document ?? {};

const changesMade = (): readonly string[] =>
  emulator.calls
    .all()
    .filter((call) => call.readOnly === false)
    .map((call) => call.operation);

beforeAll(async () => {
  emulator = await sharedEmulator();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run deploy", () => {
  it("says how to bootstrap an account that is not, before anything starts", async () => {
    emulator.calls.clear();
    const ended = await deploy([SAMPLE]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(`npx cdk bootstrap aws://${ACCOUNT}/us-east-1`);
    expect(changesMade()).toEqual([]);
  });

  it("brings document, role and bucket into an account and proves it through SSM", async () => {
    await bootstrap(emulator, ACCOUNT, "us-east-1");
    // With CDK's check of the template, which vitest.config.ts takes from the others.
    const ended = await deployWith({ CDK_VALIDATION: "true" }, [SAMPLE, "backupBucket=true"]);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("verified");
    const publication = loadDocument("test/deploy/fixtures/sample.yaml");
    const ssm = new SSMClient(as(emulator, ACCOUNT));
    expect(await published()).toMatchObject({
      DocumentType: "Automation",
      TargetType: "/AWS::EC2::Instance",
      DefaultVersion: "1",
      VersionName: publication.versionName,
      Hash: publication.hash,
    });
    const { Content } = await ssm.send(
      new GetDocumentCommand({ Name: NAME, DocumentFormat: "YAML" }),
    );
    expect(Content).toBe(publication.yaml);
    const { TagList } = await ssm.send(
      new ListTagsForResourceCommand({ ResourceType: "Document", ResourceId: NAME }),
    );
    expect(TagList).toContainEqual({ Key: "Project", Value: "contain-ec2-instance" });
    const { PolicyDocument } = await new IAMClient(as(emulator, ACCOUNT)).send(
      new GetRolePolicyCommand({
        RoleName: "ContainEC2Instance-Automation",
        PolicyName: "Runbook",
      }),
    );
    const policy = JSON.parse(decodeURIComponent(PolicyDocument ?? ""));
    expect(policy.Statement.map(({ Sid }: { Sid: string }) => Sid)).toContain("ChangeOwnGroups");
    const s3 = new S3Client({ ...as(emulator, ACCOUNT), forcePathStyle: true });
    expect(
      await s3.send(
        new GetBucketVersioningCommand({ Bucket: `contain-ec2-backup-${ACCOUNT}-us-east-1` }),
      ),
    ).toMatchObject({ Status: "Enabled" });
  });

  it("shows the difference and makes the new version the default, also where CloudFormation leaves the old one", async () => {
    await emulator.settings({ documentDefault: "stays" }, ACCOUNT);
    const ended = await deploy([second, "backupBucket=true"]);
    await emulator.settings({ documentDefault: "" }, ACCOUNT);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toMatch(/^-.*"seen "/m);
    expect(ended.stdout).toMatch(/^\+.*"met "/m);
    expect(ended.stdout).toContain("the default was still 1; promoted");
    expect(await published()).toMatchObject({ DefaultVersion: "2", LatestVersion: "2" });
  });

  it("with --no-promote never lets the trial version be the default", async () => {
    emulator.calls.clear();
    const ended = await deploy([third, "backupBucket=true"], "--no-promote");
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("version 3 is for trial");
    expect(await published()).toMatchObject({ DefaultVersion: "2", LatestVersion: "3" });
    expect(changesMade()).not.toContain("UpdateDocumentDefaultVersion");
  });

  it("is followed by promote and rollback, which show what changes", async () => {
    const promoted = await run("promote", ["3", "--yes"], emulator.env(ACCOUNT));
    expect(promoted.status, promoted.all).toBe(0);
    expect(promoted.stdout).toMatch(/^\+.*"found "/m);
    expect((await published()).DefaultVersion).toBe("3");
    const back = await run("rollback", ["--yes"], emulator.env(ACCOUNT));
    expect(back.status, back.all).toBe(0);
    expect(back.stdout).toContain("goes from 3 to 2");
    expect((await published()).DefaultVersion).toBe("2");
    expect((await run("promote", ["2", "--yes"], emulator.env(ACCOUNT))).stdout).toContain(
      "It is the default already",
    );
  });

  it("promote and rollback say which versions there are when theirs is not", async () => {
    const none = await run("promote", ["9", "--yes"], emulator.env(ACCOUNT));
    expect(none.status).toBe(1);
    expect(none.stderr).toContain("list-document-versions");
    await run("promote", ["1", "--yes"], emulator.env(ACCOUNT));
    const oldest = await run("rollback", ["--yes"], emulator.env(ACCOUNT));
    expect(oldest.status).toBe(1);
    expect(oldest.stderr).toContain("is the oldest there is");
  });

  it("tells of the default versions when CDK fails in a later Region", async () => {
    await bootstrap(emulator, ACCOUNT, "eu-west-1");
    await run("promote", ["2", "--yes"], emulator.env(ACCOUNT));
    const clear = emulator.faults.add({
      match: {
        service: "cloudformation",
        operation: "CreateChangeSet",
        predicate: ({ region }) => region === "eu-west-1",
      },
      kind: { error: { code: "ValidationError", message: "no such luck", status: 400 } },
    });
    const ended = await deploy([third, "backupBucket=true", "regions=us-east-1,eu-west-1"]);
    clear();
    expect(ended.status).toBe(1);
    expect(ended.stdout).toMatch(
      /us-east-1: the default of \S+ is \d, (as before|before it was 2)/,
    );
    expect(ended.stdout).toContain(`eu-west-1: ${NAME} is not there`);
    expect(ended.stderr).toContain("stacks deployed before it stay as they are");
  });

  it("asks before it changes anything", async () => {
    await run("promote", ["2", "--yes"], emulator.env(ACCOUNT));
    emulator.calls.clear();
    for (const [name, ...args] of [["deploy", "-c", second], ["rollback"], ["promote", "1"]]) {
      const ended = await run(name ?? "", args, emulator.env(ACCOUNT));
      expect(ended.stderr).toContain("Give --yes");
      expect(ended.status).toBe(1);
    }
    expect(changesMade()).toEqual([]);
    expect((await published()).DefaultVersion).toBe("2");
  });

  it("says what an earlier deployment made and the settings have forgotten", async () => {
    const asked = await run("deploy", ["-c", SAMPLE], emulator.env(ACCOUNT));
    expect(asked.stdout).toContain(`gives up the bucket contain-ec2-backup-${ACCOUNT}-us-east-1`);
    expect(asked.stdout).not.toContain("Administration stays");
    expect(asked.stderr).toContain("Give --yes");
    const named = ["-c", SAMPLE, "-c", "backupBucket=true"];
    expect((await run("deploy", named, emulator.env(ACCOUNT))).stdout).not.toContain("gives up");
  });

  it("does not take over a document of that name that another way has made", async () => {
    const other = ["documentName=Other", SAMPLE];
    const published = ["--yes", ...other.flatMap((setting) => ["-c", setting])];
    expect((await run("publish", published, emulator.env(ACCOUNT))).status).toBe(0);
    const ended = await deploy(other);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("the stack Other did not make");
    expect(ended.stderr).toContain("npm run publish");
  });

  it("does not replace the document of a name that makes the same stack", async () => {
    const Content = { schemaVersion: "0.3", mainSteps: [{ name: "one", action: "aws:sleep" }] };
    const made = { DocumentType: "Automation", DocumentFormat: "JSON", Content };
    const Properties = { Name: "My-Runbook", ...made };
    const Resources = { Document: { Type: "AWS::SSM::Document", Properties } };
    await new CloudFormationClient(as(emulator, ACCOUNT)).send(
      new CreateStackCommand({
        StackName: "My-Runbook",
        TemplateBody: JSON.stringify({ Resources }),
      }),
    );
    emulator.calls.clear();
    const ended = await deploy(["documentName=My.Runbook", SAMPLE]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("has the document My-Runbook");
    expect(changesMade()).toEqual([]);
  });

  it("tells of all that is not ready at once, with what to do about each", async () => {
    const settings = ["documentName=Other", "organizationalUnits=ou-ab12-cdefgh34", SAMPLE];
    const ended = await deploy([...settings, "regions=us-east-1,ap-south-1"]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(`npx cdk bootstrap aws://${ACCOUNT}/ap-south-1`);
    expect(ended.stderr).toContain("the stack Other did not make");
    expect(ended.stderr).toContain("activate-organizations-access");
    expect(ended.stderr.match(/What to do:/g)).toHaveLength(3);
  });
});
