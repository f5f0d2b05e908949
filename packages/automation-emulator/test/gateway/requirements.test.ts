import { findPython } from "automation-language/python";
import { beforeAll, describe, expect, test } from "vitest";
import { botocoreModels } from "../../src/botocore.ts";
import type { DecodedCall } from "../../src/gateway/decode.ts";
import { evaluate } from "../../src/gateway/iam/evaluate.ts";
import type { Facts } from "../../src/gateway/iam/facts.ts";
import { requirementsOf } from "../../src/gateway/iam/requirements.ts";
import { type ModelLoader, modelLoader } from "../../src/gateway/models.ts";

const account = "111122223333";
let models: ModelLoader;

beforeAll(async () => {
  models = modelLoader(await botocoreModels(findPython()));
});

/** A world in which everything that a call names exists. */
const facts: Facts = {
  tags: async () => ({}),
  owner: async () => undefined,
  groupVpc: async () => "vpc-1",
  networkInterface: async () => ({ vpc: "vpc-1", subnet: "subnet-1", instance: "i-1" }),
  autoScalingGroup: async () => ({
    arn: `arn:aws:autoscaling:us-east-1:${account}:autoScalingGroup:u:autoScalingGroupName/g`,
    tags: {},
  }),
  key: async () => ({
    arn: `arn:aws:kms:us-east-1:${account}:key/k`,
    accountId: account,
    managed: false,
  }),
  keyPolicy: async () => undefined,
  imageKeys: async () => [`arn:aws:kms:us-east-1:${account}:key/old`],
  bucket: async () => ({ owner: account, policy: [], grants: [], restricted: false }),
  bucketKey: async () => undefined,
  objectTags: async () => ({}),
  document: async () => undefined,
  organization: async () => undefined,
  forget: () => undefined,
  forgetOrganizations: () => undefined,
};

const parameters: Readonly<Record<string, Record<string, unknown>>> = {
  autoscaling: { AutoScalingGroupName: "g", Tags: [{ ResourceId: "g", Key: "k", Value: "v" }] },
  ec2: {
    GroupId: "sg-1",
    Groups: ["sg-1"],
    NetworkInterfaceId: "eni-1",
    InstanceId: "i-1",
    SourceImageId: "ami-1",
    VolumeId: "vol-1",
    VpcId: "vpc-1",
    Encrypted: true,
    AllocationId: "eipalloc-1",
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } }],
    Resources: ["i-1", "sg-1", "eni-1", "ami-1", "snap-1", "vol-1"],
    Tags: [{ Key: "k", Value: "v" }],
  },
  iam: { RoleName: "r", InstanceProfileName: "p" },
  kms: { KeyId: "alias/any" },
  s3: { Bucket: "bucket", CopySource: "bucket/other", Delete: { Objects: [{ Key: "k" }] } },
  s3control: { AccountId: account },
  ssm: {
    Name: "Runbook",
    DocumentName: "Runbook",
    Parameters: { AutomationAssumeRole: [`arn:aws:iam::${account}:role/r`] },
  },
};

const callOf = (
  service: string,
  operation: string,
  given: Record<string, unknown>,
): DecodedCall => ({
  service,
  operation,
  parameters: given,
  protocol: "query",
  region: "us-east-1",
  accessKeyId: "key",
  accountId: account,
  principal: `arn:aws:sts::${account}:assumed-role/r/s`,
});

/** Actions of the table that the reference, or the simulator, can't decide on. */
async function undecided(service: string, operation: string, given: Record<string, unknown>) {
  const call = callOf(service, operation, given);
  const found: string[] = [];
  for (const need of (await requirementsOf(call, facts)) ?? []) {
    const decision = await evaluate({ arn: call.principal, identity: [], context: {} }, need);
    if (decision.result === "undecided")
      found.push(`${operation}: ${need.action} ${need.resource} ${decision.reason}`);
  }
  return found;
}

test.each(["autoscaling", "ec2", "iam", "kms", "s3", "s3control", "ssm"])(
  "every requirement of %s names an action and a resource of AWS's reference",
  async (service) => {
    const model = await models(service);
    const wrong: string[] = [];
    for (const operation of Object.values(model?.operations ?? {})) {
      if (operation.deprecated === true) continue;
      const members = model?.shapes[operation.input?.shape ?? ""]?.members ?? {};
      const given = { ...parameters[service] };
      for (const name of Object.keys(given)) if (!(name in members)) delete given[name];
      if ("Key" in members && service === "s3") given.Key = "k";
      if ("AutomationExecutionId" in members) given.AutomationExecutionId = "1-2";
      wrong.push(...(await undecided(service, operation.name, given)));
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

describe("the role that must be passed", () => {
  const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
  const contentOf = (assumeRole?: string): string =>
    JSON.stringify({
      schemaVersion: "0.3",
      ...(assumeRole !== undefined && { assumeRole }),
      parameters: {
        Role: {
          type: "AWS::IAM::Role::Arn",
          default: "arn:aws:iam::{{global:ACCOUNT_ID}}:role/Default",
        },
      },
      mainSteps: [{ name: "a", action: "aws:pause", inputs: {} }],
    });
  const passedIn = async (operation: string, given: Record<string, unknown>, content?: string) => {
    const known: Facts = { ...facts, document: async () => content };
    const needs = await requirementsOf(callOf("ssm", operation, given), known);
    return (needs ?? [])
      .filter(({ action }) => action === "iam:PassRole")
      .map(({ resource }) => resource);
  };
  const started = (assumeRole: string | undefined, Parameters?: Record<string, string[]>) =>
    passedIn(
      "StartAutomationExecution",
      { DocumentName: "Runbook", ...(Parameters && { Parameters }) },
      contentOf(assumeRole),
    );

  test("by whoever starts a document is the one that its assumeRole turns out to be", async () => {
    expect(await started("{{ Role }}", { Role: [role("Given")] })).toEqual([role("Given")]);
    expect(await started("{{ Role }}")).toEqual([role("Default")]);
    expect(await started(role("Constant"))).toEqual([role("Constant")]);
    expect(await started("arn:aws:iam::{{global:ACCOUNT_ID}}:role/Own")).toEqual([role("Own")]);
    expect(await started("{{ Role }}", { Role: [""] })).toEqual([]);
    expect(await started(undefined, { Role: [role("Given")] })).toEqual([]);
  });

  test("by whoever makes a document is one whose ARN stands in it", async () => {
    const made = (assumeRole: string, DocumentType = "Automation") =>
      passedIn("CreateDocument", { Name: "Runbook", DocumentType, Content: contentOf(assumeRole) });
    expect(await made(role("Constant"))).toEqual([role("Constant")]);
    expect(await made("{{ Role }}")).toEqual([]);
    expect(await made(role("Constant"), "Command")).toEqual([]);
  });
});
