import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProject } from "../../build/root.ts";
import { grantable, rolePolicy } from "../../document/policy.ts";
import { runbook } from "../../document/runbook.ts";

/** The permissions that the article on AWSSupport-ContainEC2Instance lists: the most that the role may have. */
const SEED = readFileSync(inProject("test", "fixtures", "seed-permissions.txt"), "utf8")
  .trim()
  .split("\n");

const scope = {
  partition: "aws",
  accountId: "111122223333",
  regions: ["eu-west-1"],
};
const permissions = Object.fromEntries(
  runbook.flow.map(({ step }) => [step.name, Object.keys(step.permissions)]),
);
const granted = rolePolicy(permissions, scope);
const statement = (sid: string) =>
  granted.map((one) => one.statement).find(({ Sid }) => Sid === sid);

describe("the role's policy", () => {
  it("knows a scope for the actions of the seed article and for no others", () => {
    expect(grantable).toEqual([...SEED].sort());
  });

  it("has exactly the actions that the steps declare", () => {
    const actions = new Set(granted.flatMap(({ statement: { Action } }) => Action));
    expect([...actions].sort()).toEqual([...new Set(Object.values(permissions).flat())].sort());
    expect(rolePolicy({}, scope)).toEqual([]);
  });

  it("refuses an action that nobody has thought about", () => {
    expect(() => rolePolicy({ step: ["iam:PassRole"] }, scope)).toThrow(
      "no scope for iam:PassRole",
    );
  });

  it("has no wildcard among its actions, and * as resource only where AWS knows no resources", () => {
    for (const { statement: one } of granted) {
      expect(one.Action.join()).not.toContain("*");
      if (one.Resource.includes("*"))
        for (const action of one.Action)
          expect(action).toMatch(/:Describe|s3:GetAccountPublicAccessBlock/);
    }
  });

  it("gives a reason for every statement", () => {
    for (const { reason } of granted) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });

  it("lets only groups with the runbook's tag be opened or deleted, and no group be given that tag later", () => {
    const own = { "aws:ResourceTag/ContainEC2Instance:Backup": "s3://*" };
    const opening = granted
      .map((one) => one.statement)
      .filter(({ Action }) => /AuthorizeSecurity|DeleteSecurity/.test(Action.join()));
    expect(opening.map(({ Sid }) => Sid)).toEqual(["ChangeOwnGroups"]);
    expect(opening[0]).toMatchObject({
      Resource: ["arn:aws:ec2:eu-west-1:111122223333:security-group/*"],
      Condition: { StringLike: own },
    });
    expect(statement("TagGroupsAtTheirMaking")?.Condition?.StringEquals).toMatchObject({
      "ec2:CreateAction": "CreateSecurityGroup",
    });
    for (const sid of ["TagWhatIsContained", "GiveTagsBack"])
      expect(statement(sid)?.Resource.join()).not.toContain("security-group");
  });

  it("lets what isolates work without the tag, which a guardrail may refuse", () => {
    for (const sid of ["MakeGroups", "TakeEgressFromGroups", "ReplaceGroupsOfInterfaces"])
      expect(Object.keys(statement(sid)?.Condition ?? {}), sid).toEqual(["StringEquals"]);
  });

  it("reaches into other accounts for VPCs and groups only, and only into those of the same organization", () => {
    const abroad = granted
      .map((one) => one.statement)
      .filter(({ Resource }) => Resource.some((arn) => /:ec2:[^:]*:\*:/.test(arn)));
    expect(abroad.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["ec2:CreateSecurityGroup"], ["arn:aws:ec2:eu-west-1:*:vpc/*"]],
      [["ec2:ModifyNetworkInterfaceAttribute"], ["arn:aws:ec2:eu-west-1:*:security-group/*"]],
    ]);
    for (const { Condition } of abroad)
      expect(Condition?.StringEquals).toEqual({
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
        "aws:ResourceOrgID": "${aws:PrincipalOrgID}",
        "aws:RequestedRegion": ["eu-west-1"],
      });
  });

  it.each([
    ["aws", "eu-west-1", "amazonaws.com"],
    ["aws-cn", "cn-north-1", "amazonaws.com.cn"],
    ["aws-us-gov", "us-gov-west-1", "amazonaws.com"],
    ["aws-eusc", "eusc-de-east-1", "amazonaws.eu"],
  ])(
    "holds in the partition %s, whose services have names of their own",
    (partition, region, suffix) => {
      for (const regions of [[region], [region, "us-east-1"], []])
        for (const { statement: one } of rolePolicy(permissions, {
          ...scope,
          partition,
          regions,
        })) {
          for (const arn of one.Resource)
            if (arn !== "*") expect(arn.startsWith(`arn:${partition}:`), arn).toBe(true);
          const via = one.Condition?.StringLike?.["kms:ViaService"];
          if (typeof via === "string") {
            expect(matchesGlob(`ec2.${region}.${suffix}`, via), via).toBe(true);
            expect(matchesGlob(`s3.${region}.${suffix}`, via), via).toBe(false);
          }
        }
    },
  );

  it("keeps to the account, the Regions and the buckets of its scope", () => {
    for (const { statement: one } of granted) {
      const text = JSON.stringify(one);
      if (one.Action.some((action) => action.startsWith("s3:"))) {
        if (!/FindBucket|SeeAccountPrivacy/.test(one.Sid))
          expect(text).toContain('"aws:ResourceAccount":"111122223333"');
      } else expect(text).toContain('"aws:RequestedRegion":["eu-west-1"]');
    }
    const narrow = rolePolicy(permissions, { ...scope, buckets: ["evidence"] });
    expect(JSON.stringify(narrow)).not.toContain("s3:::*");
    expect(JSON.stringify(rolePolicy(permissions, { ...scope, regions: [] }))).not.toContain(
      "RequestedRegion",
    );
  });

  it("lends keys to EC2 alone", () => {
    expect(statement("LendKeysToEc2")?.Condition).toMatchObject({
      StringLike: { "kms:ViaService": "ec2.eu-west-1.*" },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
  });
});

/** Whether IAM's StringLike holds: * stands for any text. */
const matchesGlob = (text: string, glob: string): boolean =>
  new RegExp(
    `^${glob
      .split("*")
      .map((part) => part.replace(/[.]/g, "\\."))
      .join(".*")}$`,
  ).test(text);
