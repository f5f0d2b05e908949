import { describe, expect, it } from "vitest";
import { grantable, rolePolicy } from "../../document/policy.ts";
import { runbook } from "../../document/runbook.ts";

/** The permissions that the article on AWSSupport-ContainEC2Instance lists: the most that the role may have. */
const SEED = `
ec2:DescribeSnapshots ec2:DescribeSecurityGroups ec2:DescribeImages ec2:DescribeInstances ec2:DescribeTags
autoscaling:DescribeAutoScalingInstances autoscaling:DescribeAutoScalingGroups autoscaling:DescribeTags
kms:DescribeKey
s3:GetAccountPublicAccessBlock s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketOwnershipControls s3:GetBucketPolicy
s3:GetBucketPolicyStatus s3:GetBucketPublicAccessBlock s3:GetObject s3:ListBucket
ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:DeleteTags ec2:CreateTags
ec2:ModifyNetworkInterfaceAttribute ec2:CreateImage ec2:CopyImage ec2:CreateSecurityGroup
ec2:RevokeSecurityGroupEgress ec2:DeleteSecurityGroup ec2:CreateSnapshot
autoscaling:CreateOrUpdateTags autoscaling:DeleteTags autoscaling:EnterStandby autoscaling:ExitStandby
autoscaling:UpdateAutoScalingGroup
kms:CreateGrant kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKeyWithoutPlaintext
s3:CreateBucket s3:DeleteObjectTagging s3:PutAccountPublicAccessBlock s3:PutBucketPolicy s3:PutBucketVersioning
s3:PutObjectTagging s3:PutObject`
  .trim()
  .split(/\s+/);

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

  it("lets only groups with the runbook's tag be changed, and that tag only be put on new ones", () => {
    const own = { "aws:ResourceTag/ContainEC2Instance:Backup": "s3://*" };
    const fresh = { "aws:RequestTag/ContainEC2Instance:Backup": "s3://*" };
    expect(statement("ChangeOwnGroups")).toMatchObject({
      Action: expect.arrayContaining(["ec2:DeleteSecurityGroup"]),
      Resource: ["arn:aws:ec2:eu-west-1:111122223333:security-group/*"],
      Condition: { StringLike: own },
    });
    expect(statement("MakeTaggedGroups")?.Condition?.StringLike).toEqual(fresh);
    expect(statement("TagGroupsAtTheirMaking")?.Condition?.StringEquals).toMatchObject({
      "ec2:CreateAction": "CreateSecurityGroup",
    });
    for (const sid of ["TagWhatIsContained", "GiveTagsBack"])
      expect(statement(sid)?.Resource.join()).not.toContain("security-group");
  });

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
      StringLike: { "kms:ViaService": "ec2.eu-west-1.amazonaws.com*" },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
  });
});
