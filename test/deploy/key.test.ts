import { evaluate } from "automation-emulator/gateway/iam/evaluate";
import { describe, expect, it, vi } from "vitest";
import { loadDocument } from "../../common/document.ts";
import { everything, templatesFor } from "./templates.ts";

// The first synthesis takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const ACCOUNT = "111122223333";
const PSEUDO: Readonly<Record<string, string>> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::URLSuffix": "amazonaws.com",
};

/** A part of a template as CloudFormation makes it: joins joined, references to pseudo parameters filled in. */
const resolved = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part), (_, value) => {
    if (typeof value?.Ref === "string") return PSEUDO[value.Ref] ?? value;
    const join = value?.["Fn::Join"];
    return join ? join[1].join(join[0]) : value;
  });

describe("the key of the backup bucket", () => {
  const { of } = templatesFor(loadDocument("test/deploy/fixtures/sample.yaml")).app(everything);
  const template = of("ContainEC2Instance-us-east-1");
  const [key] = Object.values(template.findResources("AWS::KMS::Key"));
  const [role] = Object.values(template.findResources("AWS::IAM::Role"));
  const identity = (
    resolved(role?.Properties.Policies) as { PolicyName: string; PolicyDocument: unknown }[]
  ).map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, policy: PolicyDocument }));

  const mayUse = async (
    name: string,
    { account = ACCOUNT, action = "kms:GenerateDataKey", via = "s3.us-east-1.amazonaws.com" } = {},
  ): Promise<string> => {
    const arn = `arn:aws:iam::${account}:role/${name}`;
    const decision = await evaluate(
      {
        arn: `arn:aws:sts::${account}:assumed-role/${name}/Automation`,
        identity: account === ACCOUNT ? identity : [],
        context: { "aws:PrincipalArn": arn, "aws:PrincipalAccount": account },
      },
      {
        action,
        resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/00000000-0000-4000-8000-000000000000`,
        resourceAccount: ACCOUNT,
        context: { "kms:CallerAccount": account, ...(via && { "kms:ViaService": via }) },
        resourcePolicy: resolved(key?.Properties.KeyPolicy),
      },
    );
    return decision.result;
  };

  it.each(["ContainEC2Instance-Automation", "ContainEC2Instance-Execution"])(
    "lets %s write and read backups, whose own policy says nothing of it",
    async (name) => {
      expect(await mayUse(name)).toBe("allowed");
      expect(await mayUse(name, { action: "kms:Decrypt" })).toBe("allowed");
    },
  );

  it("is for these roles, by way of S3 and in this account alone", async () => {
    const own = "ContainEC2Instance-Automation";
    expect(await mayUse("Another")).toBe("denied");
    expect(await mayUse(own, { via: "" })).toBe("denied");
    expect(await mayUse(own, { via: "ec2.us-east-1.amazonaws.com" })).toBe("denied");
    expect(await mayUse(own, { account: "999988887777" })).toBe("denied");
    expect(await mayUse(own, { action: "kms:ScheduleKeyDeletion" })).toBe("denied");
  });
});
