import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeDocumentCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, type Ended, run, SAMPLE } from "./organization.ts";
import { ACCOUNT, everything, templatesFor } from "./templates.ts";

// The CDK command line itself runs here, which takes ten seconds a deployment.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await sharedEmulator();
});

const command = (name: string, ...settings: readonly string[]): Promise<Ended> =>
  run(
    name,
    ["--yes", ...[SAMPLE, ...settings].flatMap((setting) => ["-c", setting])],
    emulator.env(ACCOUNT),
  );

describe("a Region that the account has not opted in to", () => {
  it("is left out with a word, and the others get the document", async () => {
    const ended = await command("publish", "regions=me-south-1,us-east-1");
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain(
      "me-south-1 is left out: the account has not opted in to this Region.",
    );
    const there = (region: string) =>
      new SSMClient(as(emulator, ACCOUNT, region)).send(
        new DescribeDocumentCommand({ Name: "ContainEC2Instance" }),
      );
    expect((await there("us-east-1")).Document?.Status).toBe("Active");
    await expect(there("me-south-1")).rejects.toMatchObject({ name: "InvalidDocument" });
  });

  it("ends the command where it is the only one, or the one with the roles", async () => {
    const only = await command("publish", "regions=me-south-1");
    expect(only.status).toBe(1);
    expect(only.stderr).toContain("The account has not opted in to me-south-1");
    emulator.calls.clear();
    const first = await command("deploy", "regions=me-south-1,us-east-1");
    expect(first.status).toBe(1);
    expect(first.stderr).toContain("me-south-1, the first of the Regions, has the roles");
    expect(emulator.calls.all().filter(({ readOnly }) => readOnly === false)).toEqual([]);
  });
});

describe("an account that may not be bootstrapped", () => {
  const another = "documentName=Another";

  it("is told of a bucket for templates that is not there, before anything starts", async () => {
    const ended = await command("deploy", another, "templateBucket=templates-{account}-{region}");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(`The bucket templates-${ACCOUNT}-us-east-1 for the templates`);
  });

  it("is deployed to through a bucket that it has", async () => {
    const Bucket = `templates-${ACCOUNT}-us-east-1`;
    await new S3Client({ ...as(emulator, ACCOUNT), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket }),
    );
    const ended = await command(
      "deploy",
      another,
      "rolePath=/security/",
      "templateBucket=templates-{account}-{region}",
    );
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("verified");
    const { Role } = await new IAMClient(as(emulator, ACCOUNT)).send(
      new GetRoleCommand({ RoleName: "ContainEC2Instance-Automation" }),
    );
    expect(Role?.Path).toBe("/security/");
  });
});

describe("the templates", () => {
  const { app } = templatesFor(loadDocument("test/deploy/fixtures/sample.yaml"));
  const parts = (region: string): readonly Template[] => {
    const config = { ...everything, ...loadConfig(["tags=Owner=security,CostCenter=4711"]) };
    const all = app(
      {
        ...config,
        ...{ administration: true, backupBucket: true, copyDocument: true, accessLogsDays: 90 },
        ...{
          organizationalUnits: everything.organizationalUnits,
          respondApprovers: ["duty"],
        },
      },
      [region],
    );
    const own = [region, "Administration", "Rollout", `Respond-${region}`].map((part) =>
      all.of(`ContainEC2Instance-${part}`),
    );
    const members = own.flatMap((template) =>
      Object.values(template.findResources("AWS::CloudFormation::StackSet")).map(({ Properties }) =>
        Template.fromString(Properties.TemplateBody),
      ),
    );
    expect(members).toHaveLength(2);
    return [...own, ...members];
  };

  it("tag everything that can be tagged, in member accounts too", () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/: these have no property for tags.
    const cannot = [
      "AWS::S3::BucketPolicy",
      "AWS::SNS::TopicPolicy",
      "AWS::SNS::Subscription",
      "AWS::IAM::Policy",
    ];
    const resources = parts("us-east-1").flatMap((template) =>
      Object.entries(template.toJSON().Resources as Record<string, { Type: string }>).filter(
        ([, { Type }]) => !cannot.includes(Type),
      ),
    );
    expect(resources.length).toBeGreaterThan(15);
    for (const [id, resource] of resources)
      expect(resource, id).toMatchObject({
        Properties: {
          Tags: expect.arrayContaining([
            { Key: "Owner", Value: "security" },
            { Key: "CostCenter", Value: "4711" },
          ]),
        },
      });
  });

  it.each(["cn-north-1", "us-gov-west-1", "eusc-de-east-1"])(
    "name no ARN of another partition, in %s",
    (region) => {
      for (const template of parts(region))
        expect(JSON.stringify(template)).not.toMatch(/arn:aws[a-z-]*:(?!aws)/);
    },
  );
});
