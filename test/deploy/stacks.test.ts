import { readFileSync } from "node:fs";
import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { type Config, loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { memberStack, templateOf } from "../../deploy/stacks/member.ts";
import { ACCOUNT, CENTRAL, everything, REGIONS, templatesFor } from "./templates.ts";

// The first synthesis takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const publication = loadDocument("test/deploy/fixtures/sample.yaml");
const long = { ...publication, yaml: `${publication.yaml}# ${"x".repeat(60_000)}\n` };
const { app, member } = templatesFor(publication);
const { app: longApp } = templatesFor(long);
const roles = member("Roles");
const region = member("Region");
const { of } = app(everything);

describe("RunbookStack", () => {
  it("has the document's YAML as text, byte for byte", () => {
    of("ContainEC2Instance-us-east-1").hasResourceProperties("AWS::SSM::Document", {
      Name: "ContainEC2Instance",
      Content: publication.yaml,
      DocumentFormat: "YAML",
      DocumentType: "Automation",
      TargetType: "/AWS::EC2::Instance",
      UpdateMethod: "NewVersion",
      VersionName: publication.versionName,
      Tags: [{ Key: "Project", Value: "contain-ec2-instance" }],
    });
  });

  it("is in every Region, and its role in the first alone", () => {
    of("ContainEC2Instance-us-east-1").resourceCountIs("AWS::IAM::Role", 1);
    of("ContainEC2Instance-eu-west-1").resourceCountIs("AWS::IAM::Role", 0);
    of("ContainEC2Instance-eu-west-1").resourceCountIs("AWS::SSM::Document", 1);
  });

  it("lets nobody but Systems Manager use the role, for automations of this account", () => {
    const trust = {
      Statement: [
        {
          Action: "sts:AssumeRole",
          Effect: "Allow",
          Principal: { Service: "ssm.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
            ArnLike: { "aws:SourceArn": Match.anyValue() },
          },
        },
      ],
      Version: "2012-10-17",
    };
    of("ContainEC2Instance-us-east-1").hasResourceProperties("AWS::IAM::Role", {
      RoleName: "ContainEC2Instance-Automation",
      AssumeRolePolicyDocument: trust,
    });
  });

  it("keeps the role to the deployment's Regions, but for buckets", () => {
    const statements = (template: Template) =>
      Object.values(template.findResources("AWS::IAM::Role"))[0]?.Properties.Policies[0]
        .PolicyDocument.Statement as {
        Sid: string;
        Resource: unknown;
        Condition?: { StringEquals?: object };
      }[];
    for (const { Sid, Condition } of statements(of("ContainEC2Instance-us-east-1")))
      if (!/Bucket|Backup|Privacy/.test(Sid))
        expect(Condition?.StringEquals).toMatchObject({ "aws:RequestedRegion": REGIONS });
    const single = statements(
      app(loadConfig(), ["us-east-1"]).of("ContainEC2Instance-us-east-1"),
    ).find(({ Sid }) => Sid === "ChangeOwnGroups");
    expect(JSON.stringify(single?.Resource)).toContain(":ec2:us-east-1:");
  });

  it("keeps the role to the backup buckets where it makes some, or to those that are named", () => {
    const buckets = (config: Config) =>
      JSON.stringify(
        app(config).of("ContainEC2Instance-us-east-1").findResources("AWS::IAM::Role"),
      ).match(/:s3:::[^/"]*\/\*\.json/g);
    expect(buckets(loadConfig())).toEqual([":s3:::*/*.json"]);
    expect(buckets(loadConfig(["buckets=evidence-*"]))).toEqual([":s3:::evidence-*/*.json"]);
    expect(
      JSON.stringify(of("ContainEC2Instance-us-east-1").findResources("AWS::IAM::Role")),
    ).toContain(':s3:::contain-ec2-backup-",{"Ref":"AWS::AccountId"},"-*/*.json"');
  });

  it("has no bucket unless wanted", () => {
    app(loadConfig()).of("ContainEC2Instance-us-east-1").resourceCountIs("AWS::S3::Bucket", 0);
  });
});

describe("the backup bucket", () => {
  const template = of("ContainEC2Instance-us-east-1");

  it("is encrypted with its own key, versioned, private, locked, and kept when the stack goes", () => {
    template.hasResource("AWS::S3::Bucket", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: "aws:kms",
                KMSMasterKeyID: Match.anyValue(),
              },
            },
          ],
        },
        VersioningConfiguration: { Status: "Enabled" },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        LifecycleConfiguration: {
          Rules: [Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 365 } })],
        },
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 30 } },
        },
      },
    });
    template.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
  });

  it("is reached by TLS only", () => {
    template.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Deny",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ]),
      },
    });
  });

  it("gives its key to the runbook's roles through S3 alone", () => {
    template.hasResourceProperties("AWS::KMS::Key", {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: "RunbookThroughS3",
            Action: ["kms:GenerateDataKey", "kms:Decrypt"],
            Condition: {
              StringEquals: { "kms:ViaService": Match.anyValue() },
              ArnEquals: { "aws:PrincipalArn": Match.anyValue() },
            },
          }),
        ]),
      },
    });
  });
});

describe("a path and a boundary of the settings", () => {
  const made = (settings: readonly string[]): readonly Record<string, unknown>[] => {
    const config = { ...everything, ...loadConfig([...settings, "permissionsBoundary=Bound"]) };
    const all = { ...config, administration: true, respondApprovers: everything.respondApprovers };
    const central = app(all, ["us-east-1"]);
    return [
      ...["us-east-1", "Administration", "Respond-us-east-1"].map((part) =>
        central.of(`ContainEC2Instance-${part}`),
      ),
      Template.fromString(
        templateOf("Roles", (stack) => memberStack(stack, all, publication, REGIONS, CENTRAL)),
      ),
    ].flatMap((template) =>
      Object.values(template.findResources("AWS::IAM::Role")).map(({ Properties }) => Properties),
    );
  };

  it("are those of every role, in member accounts too", () => {
    const properties = made(["rolePath=/security/ir/"]);
    expect(properties).toHaveLength(7);
    for (const role of properties)
      expect(role).toMatchObject({
        Path: "/security/ir/",
        PermissionsBoundary: { "Fn::Join": ["", expect.arrayContaining([":policy/Bound"])] },
      });
  });

  it("are in all that names such a role", () => {
    const text = JSON.stringify(made(["rolePath=/security/ir/"]));
    const names = [...text.matchAll(/:role(\/[^"]*?)ContainEC2Instance-[A-Z]/g)];
    expect(names.length).toBeGreaterThan(6);
    for (const [, path] of names) expect(path).toBe("/security/ir/");
  });
});

describe("MemberStack", () => {
  it("has the role of the account and the execution role for the central one", () => {
    roles.resourceCountIs("AWS::IAM::Role", 2);
    roles.hasResourceProperties("AWS::IAM::Role", {
      RoleName: "ContainEC2Instance-Execution",
      AssumeRolePolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { AWS: Match.anyValue() },
            Condition: { ArnEquals: { "aws:PrincipalArn": Match.anyValue() } },
          }),
        ]),
      },
    });
    expect(JSON.stringify(roles)).toContain(
      `:iam::${CENTRAL}:role/ContainEC2Instance-Administration`,
    );
  });

  it("may use the buckets of its account, the one for findings not among them", () => {
    const config = loadConfig(["respondApprovers=Duty", "respondBucket=findings"]);
    const text = JSON.stringify(
      templateOf("Roles", (stack) => memberStack(stack, config, publication, REGIONS, CENTRAL)),
    );
    expect(text).toContain(":s3:::*/*.json");
    expect(text).not.toContain(":s3:::findings");
  });

  it("may list every kind of resource group, as the person who starts a run may", () => {
    // https://docs.aws.amazon.com/ARG/latest/APIReference/API_ListGroupResources.html
    const needed = [
      "resource-groups:ListGroupResources",
      "cloudformation:DescribeStacks",
      "cloudformation:ListStackResources",
      "tag:GetResources",
    ];
    roles.hasResourceProperties("AWS::IAM::Role", {
      RoleName: "ContainEC2Instance-Execution",
      Policies: Match.arrayWith([
        Match.objectLike({
          PolicyName: "Start",
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({ Sid: "FindTargets", Action: Match.arrayWith(needed) }),
            ]),
          },
        }),
      ]),
    });
    const documented = readFileSync(inProject("docs", "deploy.md"), "utf8");
    const policy = JSON.parse(/```json\n([\s\S]*?)```/.exec(documented)?.[1] ?? "");
    const find = policy.Statement.find(({ Sid }: { Sid: string }) => Sid === "Find");
    expect(find.Action).toEqual(expect.arrayContaining(needed));
  });

  it("needs no bootstrapped account", () => {
    const text = JSON.stringify([roles, region]);
    expect(text).not.toContain("cdk-bootstrap");
    expect(text).not.toContain("cdk-hnb659fds");
  });

  it("has in each Region a copy of the document and a bucket where they are wanted", () => {
    region.hasResourceProperties("AWS::SSM::Document", {
      Content: publication.yaml,
      UpdateMethod: "NewVersion",
    });
    // With the one for access logs.
    region.resourceCountIs("AWS::S3::Bucket", 2);
  });
});

describe("the rollout", () => {
  const template = of("ContainEC2Instance-Rollout");

  it("is service-managed, with automatic deployment, to the units given", () => {
    template.resourceCountIs("AWS::CloudFormation::StackSet", 2);
    template.allResourcesProperties("AWS::CloudFormation::StackSet", {
      PermissionModel: "SERVICE_MANAGED",
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      CallAs: "SELF",
    });
    template.hasResourceProperties("AWS::CloudFormation::StackSet", {
      StackSetName: "ContainEC2Instance-Rollout-Roles",
      StackInstancesGroup: [
        {
          DeploymentTargets: { OrganizationalUnitIds: ["ou-ab12-cdefgh34", "ou-ab12-ijklmn56"] },
          Regions: ["us-east-1"],
        },
      ],
    });
    template.hasResourceProperties("AWS::CloudFormation::StackSet", {
      StackSetName: "ContainEC2Instance-Rollout-Region",
      StackInstancesGroup: [Match.objectLike({ Regions: [...REGIONS] })],
    });
  });

  it("leaves out the account of a delegated administrator, which has all of it already", () => {
    const delegated = app({ ...everything, callAs: "DELEGATED_ADMIN" });
    delegated
      .of("ContainEC2Instance-Rollout")
      .allResourcesProperties("AWS::CloudFormation::StackSet", {
        CallAs: "DELEGATED_ADMIN",
        StackInstancesGroup: [
          Match.objectLike({
            DeploymentTargets: Match.objectLike({
              AccountFilterType: "DIFFERENCE",
              Accounts: [ACCOUNT],
            }),
          }),
        ],
      });
  });

  it("passes a template over the limit of a request by URL", () => {
    longApp(everything)
      .of("ContainEC2Instance-Rollout")
      .hasResourceProperties("AWS::CloudFormation::StackSet", {
        StackSetName: "ContainEC2Instance-Rollout-Region",
        TemplateURL: Match.anyValue(),
        TemplateBody: Match.absent(),
      });
  });
});

describe("AdminStack", () => {
  it("has a role that becomes the execution role in accounts of its organization and nothing else", () => {
    of("ContainEC2Instance-Administration").hasResourceProperties("AWS::IAM::Role", {
      RoleName: "ContainEC2Instance-Administration",
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Action: "sts:AssumeRole",
                // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
                Condition: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } },
              }),
            ]),
          },
        },
      ],
    });
  });
});
