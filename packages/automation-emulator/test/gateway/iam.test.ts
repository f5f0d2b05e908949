import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand as DeleteGroupTagsCommand,
  DescribeAutoScalingGroupsCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CopyImageCommand,
  CreateImageCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, DescribeKeyCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import {
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import {
  assume,
  type clients as Clients,
  clients,
  startTestStack,
  type WrittenDown,
} from "./harness.ts";

const account = "111122223333";
const region = "us-east-1";
const roleArn = `arn:aws:iam::${account}:role/Runbook`;
const bucket = "backup-bucket-of-the-test";

type Session = ReturnType<typeof Clients>;
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

let stack: Stack<WrittenDown>;
let session: Session;
const ids = {
  instance: "",
  networkInterface: "",
  vpc: "",
  group: "",
  image: "",
  key: "",
  encryptedImage: "",
  autoScaled: "",
};

async function allow(...statements: readonly Statement[]): Promise<void> {
  const { iam } = clients(stack.endpoint, account);
  const Statement = [
    // A policy can't be empty; this allows nothing that is called here.
    { Effect: "Allow", Action: "sqs:ListQueues", Resource: "*" },
    ...statements.map((statement) => ({ Effect: "Allow", ...statement })),
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "Runbook", PolicyName: "inline", PolicyDocument }),
  );
}

beforeAll(async () => {
  stack = await startTestStack();
  const admin = clients(stack.endpoint, account);
  await stack.settings({ imageDelay: 0 });
  const trust = (principal: object) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
    });
  await admin.iam.send(
    new CreateRoleCommand({
      RoleName: "Runbook",
      AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${account}:root` }),
    }),
  );
  session = await assume(stack.endpoint, roleArn);
  const { Subnets } = await admin.ec2.send(new DescribeSubnetsCommand({}));
  const subnet = Subnets?.[0]?.SubnetId ?? "";
  const { GroupId = "" } = await admin.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: "contained",
      Description: "d",
      VpcId: Subnets?.[0]?.VpcId ?? "",
      TagSpecifications: [
        { ResourceType: "security-group", Tags: [{ Key: "By", Value: "runbook" }] },
      ],
    }),
  );
  const { Instances } = await admin.ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      SubnetId: subnet,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  const instance = Instances?.[0];
  ids.instance = instance?.InstanceId ?? "";
  ids.networkInterface = instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  ids.vpc = Subnets?.[0]?.VpcId ?? "";
  ids.group = GroupId;
  const image = await admin.ec2.send(
    new CreateImageCommand({ InstanceId: ids.instance, Name: "image", NoReboot: true }),
  );
  ids.image = image.ImageId ?? "";
  const key = await admin.kms.send(new CreateKeyCommand({}));
  ids.key = key.KeyMetadata?.Arn ?? "";
  const encrypted = await admin.ec2.send(
    new CopyImageCommand({
      Name: "encrypted",
      SourceImageId: ids.image,
      SourceRegion: region,
      Encrypted: true,
      KmsKeyId: ids.key,
    }),
  );
  ids.encryptedImage = encrypted.ImageId ?? "";
  await admin.autoscaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "launch",
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
    }),
  );
  await admin.autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "group",
      LaunchConfigurationName: "launch",
      MinSize: 0,
      MaxSize: 3,
      DesiredCapacity: 2,
      VPCZoneIdentifier: subnet,
      Tags: [{ Key: "Team", Value: "blue", PropagateAtLaunch: false }],
    }),
  );
  const { AutoScalingGroups } = await admin.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  ids.autoScaled = AutoScalingGroups?.[0]?.Instances?.[0]?.InstanceId ?? "";
  await admin.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await admin.s3.send(new PutObjectCommand({ Bucket: bucket, Key: "backup.json", Body: "{}" }));
  await admin.s3.send(new CreateBucketCommand({ Bucket: `${bucket}-kms` }));
  const encryption = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: ids.key };
  await admin.s3.send(
    new PutBucketEncryptionCommand({
      Bucket: `${bucket}-kms`,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: encryption }],
      },
    }),
  );
  await admin.s3.send(
    new PutObjectCommand({ Bucket: `${bucket}-kms`, Key: "backup.json", Body: "{}" }),
  );
  stack.enforce(roleArn);
}, 60_000);

afterAll(() => stack.close());

const ec2 = (type: string, id = "*", of = account) => `arn:aws:ec2:${region}:${of}:${type}/${id}`;
const asg = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/group`;
const onBucket = `arn:aws:s3:::${bucket}`;
const onObject = `${onBucket}/*`;
const throughS3 = { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } };
const own = { StringEquals: { "s3:ResourceAccount": account } };
const taggedByRunbook = { StringEquals: { "aws:ResourceTag/By": "runbook" } };
const tags = [{ Key: "By", Value: "runbook" }];
const rule = [
  { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.1/32" }] },
];

/** What a call does and the least that it needs, each part with the condition that a policy would put on it. */
interface Case {
  readonly call: (session: Session) => Promise<unknown>;
  readonly needs: () => readonly Statement[];
}

const cases: Readonly<Record<string, Case>> = {
  "ec2:DescribeInstances": {
    call: (s) => s.ec2.send(new DescribeInstancesCommand({})),
    needs: () => [{ Action: "ec2:DescribeInstances", Resource: "*" }],
  },
  "ec2:CreateSecurityGroup with tags": {
    call: (s) =>
      s.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: "new",
          Description: "d",
          VpcId: ids.vpc,
          TagSpecifications: [{ ResourceType: "security-group", Tags: tags }],
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: "ec2:CreateSecurityGroup",
        Resource: ec2("security-group"),
        Condition: {
          StringEquals: { "aws:RequestTag/By": "runbook" },
          "ForAllValues:StringEquals": { "aws:TagKeys": ["By"] },
        },
      },
      { Action: "ec2:CreateSecurityGroup", Resource: ec2("vpc", ids.vpc) },
      {
        Action: "ec2:CreateTags",
        Resource: ec2("security-group"),
        Condition: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
      },
    ],
  },
  "ec2:AuthorizeSecurityGroupIngress": {
    call: (s) =>
      s.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: ids.group,
          IpPermissions: rule,
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: "ec2:AuthorizeSecurityGroupIngress",
        Resource: ec2("security-group"),
        Condition: taggedByRunbook,
      },
    ],
  },
  "ec2:AuthorizeSecurityGroupEgress": {
    call: (s) =>
      s.ec2.send(
        new AuthorizeSecurityGroupEgressCommand({
          GroupId: ids.group,
          IpPermissions: rule,
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: "ec2:AuthorizeSecurityGroupEgress",
        Resource: ec2("security-group"),
        Condition: { ArnEquals: { "ec2:Vpc": ec2("vpc", ids.vpc) } },
      },
    ],
  },
  "ec2:RevokeSecurityGroupEgress": {
    call: (s) =>
      s.ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId: ids.group,
          IpPermissions: rule,
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: "ec2:RevokeSecurityGroupEgress",
        Resource: ec2("security-group"),
        Condition: { StringEquals: { "ec2:ResourceTag/By": "runbook" } },
      },
    ],
  },
  "ec2:DeleteSecurityGroup": {
    call: (s) => s.ec2.send(new DeleteSecurityGroupCommand({ GroupId: ids.group, DryRun: true })),
    needs: () => [
      {
        Action: "ec2:DeleteSecurityGroup",
        Resource: ec2("security-group"),
        Condition: taggedByRunbook,
      },
    ],
  },
  "ec2:ModifyNetworkInterfaceAttribute": {
    call: (s) =>
      s.ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: ids.networkInterface,
          Groups: [ids.group],
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: "ec2:ModifyNetworkInterfaceAttribute",
        Resource: ec2("network-interface", ids.networkInterface),
      },
      {
        Action: "ec2:ModifyNetworkInterfaceAttribute",
        Resource: ec2("security-group"),
        Condition: taggedByRunbook,
      },
      { Action: "ec2:ModifyNetworkInterfaceAttribute", Resource: ec2("instance", ids.instance) },
    ],
  },
  "ec2:CreateTags on an instance": {
    call: (s) =>
      s.ec2.send(new CreateTagsCommand({ Resources: [ids.instance], Tags: tags, DryRun: true })),
    needs: () => [
      {
        Action: "ec2:CreateTags",
        Resource: ec2("instance", ids.instance),
        Condition: { StringEquals: { "aws:RequestTag/By": "runbook" } },
      },
    ],
  },
  "ec2:DeleteTags": {
    call: (s) =>
      s.ec2.send(
        new DeleteTagsCommand({ Resources: [ids.instance], Tags: [{ Key: "By" }], DryRun: true }),
      ),
    needs: () => [
      {
        Action: "ec2:DeleteTags",
        Resource: ec2("instance", ids.instance),
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["By"] } },
      },
    ],
  },
  "ec2:CreateImage": {
    call: (s) =>
      s.ec2.send(
        new CreateImageCommand({
          InstanceId: ids.instance,
          Name: "n",
          NoReboot: true,
          DryRun: true,
        }),
      ),
    needs: () => [
      { Action: "ec2:CreateImage", Resource: ec2("instance", ids.instance) },
      { Action: "ec2:CreateImage", Resource: ec2("image", "*", "") },
      { Action: "ec2:CreateImage", Resource: ec2("snapshot", "*", "") },
    ],
  },
  "ec2:CopyImage of an image that is not encrypted": {
    call: (s) =>
      s.ec2.send(
        new CopyImageCommand({
          Name: "copy",
          SourceImageId: ids.image,
          SourceRegion: region,
          Encrypted: true,
          KmsKeyId: ids.key,
          DryRun: true,
        }),
      ),
    needs: () => [
      { Action: "ec2:CopyImage", Resource: ec2("image", "*", "") },
      { Action: "ec2:CopyImage", Resource: ec2("snapshot", "*", "") },
      { Action: "kms:DescribeKey", Resource: ids.key },
      {
        Action: "kms:GenerateDataKeyWithoutPlaintext",
        Resource: ids.key,
        Condition: { StringEquals: { "kms:ViaService": `ec2.${region}.amazonaws.com` } },
      },
      {
        Action: "kms:CreateGrant",
        Resource: ids.key,
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ],
  },
  "ec2:CopyImage of an encrypted image": {
    call: (s) =>
      s.ec2.send(
        new CopyImageCommand({
          Name: "copy",
          SourceImageId: ids.encryptedImage,
          SourceRegion: region,
          Encrypted: true,
          KmsKeyId: ids.key,
          DryRun: true,
        }),
      ),
    needs: () => [
      {
        Action: [
          "ec2:CopyImage",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:CreateGrant",
        ],
        Resource: "*",
      },
      { Action: "kms:ReEncryptFrom", Resource: ids.key },
      { Action: "kms:ReEncryptTo", Resource: ids.key },
    ],
  },
  "autoscaling:DescribeAutoScalingGroups": {
    call: (s) => s.autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
    needs: () => [{ Action: "autoscaling:DescribeAutoScalingGroups", Resource: "*" }],
  },
  "autoscaling:UpdateAutoScalingGroup": {
    call: (s) =>
      s.autoscaling.send(
        new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "group", MinSize: 0 }),
      ),
    needs: () => [
      {
        Action: "autoscaling:UpdateAutoScalingGroup",
        Resource: asg,
        Condition: { NumericLessThanEquals: { "autoscaling:MinSize": "1" } },
      },
    ],
  },
  "autoscaling:EnterStandby": {
    call: (s) =>
      s.autoscaling.send(
        new EnterStandbyCommand({
          AutoScalingGroupName: "group",
          InstanceIds: [ids.autoScaled],
          ShouldDecrementDesiredCapacity: true,
        }),
      ),
    needs: () => [
      {
        Action: "autoscaling:EnterStandby",
        Resource: asg,
        Condition: { StringEquals: { "aws:ResourceTag/Team": "blue" } },
      },
    ],
  },
  "autoscaling:ExitStandby": {
    call: (s) =>
      s.autoscaling.send(
        new ExitStandbyCommand({ AutoScalingGroupName: "group", InstanceIds: [ids.autoScaled] }),
      ),
    needs: () => [
      {
        Action: "autoscaling:ExitStandby",
        Resource: asg,
        Condition: { StringEquals: { "autoscaling:ResourceTag/Team": "blue" } },
      },
    ],
  },
  "autoscaling:CreateOrUpdateTags": {
    call: (s) => s.autoscaling.send(new CreateOrUpdateTagsCommand({ Tags: [groupTag] })),
    needs: () => [
      {
        Action: "autoscaling:CreateOrUpdateTags",
        Resource: asg,
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["By"] } },
      },
    ],
  },
  "autoscaling:DeleteTags": {
    call: (s) => s.autoscaling.send(new DeleteGroupTagsCommand({ Tags: [groupTag] })),
    needs: () => [{ Action: "autoscaling:DeleteTags", Resource: asg }],
  },
  "kms:DescribeKey": {
    call: (s) => s.kms.send(new DescribeKeyCommand({ KeyId: ids.key })),
    needs: () => [{ Action: "kms:DescribeKey", Resource: ids.key }],
  },
  "s3:ListBucket for HeadBucket": {
    call: (s) => s.s3.send(new HeadBucketCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:ListBucket", Resource: onBucket, Condition: own }],
  },
  "s3:ListBucket for ListObjectsV2": {
    call: (s) => s.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "2026/" })),
    needs: () => [
      {
        Action: "s3:ListBucket",
        Resource: onBucket,
        Condition: { StringLike: { "s3:prefix": "2026/*" } },
      },
    ],
  },
  "s3:GetObject": {
    call: (s) => s.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "backup.json" })),
    needs: () => [{ Action: "s3:GetObject", Resource: onObject, Condition: own }],
  },
  "s3:GetObject for HeadObject": {
    call: (s) => s.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "backup.json" })),
    needs: () => [{ Action: "s3:GetObject", Resource: onObject }],
  },
  "s3:PutObject with tags and If-None-Match": {
    call: (s) =>
      s.s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `2026/${Math.random()}.json`,
          Body: "{}",
          IfNoneMatch: "*",
          Tagging: "By=runbook",
        }),
      ),
    needs: () => [
      {
        Action: "s3:PutObject",
        Resource: `${onBucket}/2026/*`,
        Condition: { Null: { "s3:if-none-match": "false" } },
      },
      {
        Action: "s3:PutObjectTagging",
        Resource: onObject,
        Condition: { "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["By"] } },
      },
    ],
  },
  "s3:PutObject into a bucket that encrypts with a KMS key": {
    call: (s) =>
      s.s3.send(new PutObjectCommand({ Bucket: `${bucket}-kms`, Key: "other.json", Body: "{}" })),
    needs: () => [
      { Action: "s3:PutObject", Resource: `${onBucket}-kms/*` },
      { Action: "kms:GenerateDataKey", Resource: ids.key, Condition: throughS3 },
    ],
  },
  "s3:GetObject from a bucket that encrypts with a KMS key": {
    call: (s) => s.s3.send(new GetObjectCommand({ Bucket: `${bucket}-kms`, Key: "backup.json" })),
    needs: () => [
      { Action: "s3:GetObject", Resource: `${onBucket}-kms/*` },
      { Action: "kms:Decrypt", Resource: ids.key, Condition: throughS3 },
    ],
  },
  "s3:PutObject with AWS's own key, which everyone in the account may use through S3": {
    call: (s) =>
      s.s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: "own.json",
          Body: "{}",
          ServerSideEncryption: "aws:kms",
        }),
      ),
    needs: () => [{ Action: "s3:PutObject", Resource: onObject }],
  },
  "s3:PutObjectTagging": {
    call: (s) =>
      s.s3.send(
        new PutObjectTaggingCommand({
          Bucket: bucket,
          Key: "backup.json",
          Tagging: { TagSet: tags },
        }),
      ),
    needs: () => [
      {
        Action: "s3:PutObjectTagging",
        Resource: onObject,
        Condition: { StringEquals: { "s3:RequestObjectTag/By": "runbook" } },
      },
    ],
  },
  "s3:DeleteObjectTagging": {
    call: (s) => s.s3.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: "backup.json" })),
    needs: () => [{ Action: "s3:DeleteObjectTagging", Resource: onObject }],
  },
  "s3:CreateBucket": {
    call: (s) => s.s3.send(new CreateBucketCommand({ Bucket: `${bucket}-2` })),
    needs: () => [{ Action: "s3:CreateBucket", Resource: `${onBucket}-2` }],
  },
  "s3:PutBucketVersioning": {
    call: (s) =>
      s.s3.send(
        new PutBucketVersioningCommand({
          Bucket: bucket,
          VersioningConfiguration: { Status: "Enabled" },
        }),
      ),
    needs: () => [{ Action: "s3:PutBucketVersioning", Resource: onBucket }],
  },
  "s3:GetBucketPublicAccessBlock": {
    call: (s) => s.s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketPublicAccessBlock", Resource: onBucket }],
  },
  "s3:GetBucketPolicyStatus": {
    call: (s) => s.s3.send(new GetBucketPolicyStatusCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketPolicyStatus", Resource: onBucket }],
  },
  "s3:GetBucketPolicy": {
    call: (s) => s.s3.send(new GetBucketPolicyCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketPolicy", Resource: onBucket }],
  },
  "s3:GetBucketAcl": {
    call: (s) => s.s3.send(new GetBucketAclCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketAcl", Resource: onBucket }],
  },
  "s3:GetBucketLocation": {
    call: (s) => s.s3.send(new GetBucketLocationCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketLocation", Resource: onBucket }],
  },
  "s3:GetBucketOwnershipControls": {
    call: (s) => s.s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket })),
    needs: () => [{ Action: "s3:GetBucketOwnershipControls", Resource: onBucket }],
  },
  "ssm:StartAutomationExecution with a role": {
    call: (s) =>
      s.ssm.send(
        new StartAutomationExecutionCommand({
          DocumentName: "Runbook",
          Parameters: { AutomationAssumeRole: [roleArn] },
        }),
      ),
    needs: () => [
      {
        Action: "ssm:StartAutomationExecution",
        Resource: `arn:aws:ssm:${region}:${account}:document/Runbook`,
      },
      {
        Action: "ssm:StartAutomationExecution",
        Resource: `arn:aws:ssm:${region}:${account}:automation-execution/*`,
      },
      {
        Action: "iam:PassRole",
        Resource: roleArn,
        Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
      },
    ],
  },
  "ssm:GetAutomationExecution": {
    call: (s) =>
      s.ssm.send(
        new GetAutomationExecutionCommand({
          AutomationExecutionId: "11111111-2222-4333-8444-555555555555",
        }),
      ),
    needs: () => [
      {
        Action: "ssm:GetAutomationExecution",
        Resource: `arn:aws:ssm:${region}:${account}:automation-execution/*`,
      },
    ],
  },
};

const groupTag = {
  Key: "By",
  Value: "runbook",
  ResourceId: "group",
  ResourceType: "auto-scaling-group",
  PropagateAtLaunch: false,
};

const denials = /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|403|Forbidden)$/;

/** `allowed`, or why not. */
async function tried(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    const denied = denials.test(error.name) || status === 403;
    if (denied) return `denied: ${error.message}`;
    // A refusal of what was asked comes after the permission; what never got that far says nothing of it.
    if (status === undefined || status === 500) throw error;
    return "allowed";
  }
}

describe.each(Object.keys(cases))("%s", (name) => {
  const { call, needs } = cases[name] as Case;

  test("is allowed with the least that it needs", async () => {
    await allow(...needs());
    expect(await tried(call(session))).toBe("allowed");
  });

  test("is denied without any part of it", async () => {
    for (const [index, missing] of needs().entries()) {
      await allow(...needs().filter((_, at) => at !== index));
      const answer = await tried(call(session));
      expect(answer, JSON.stringify(missing)).toMatch(/^denied/);
      // The answer to a HEAD request has no message.
      if (!/Head/.test(name))
        expect(answer).toContain(`arn:aws:sts::${account}:assumed-role/Runbook`);
    }
  });
});

/** The cases in which a permission is bound to a condition. */
const conditioned = Object.entries(cases)
  .filter(([, { needs }]) => needs().some(({ Condition }) => Condition !== undefined))
  .map(([name]) => name);

test.each(conditioned)("%s is denied when a condition does not hold", async (name) => {
  const { call, needs } = cases[name] as Case;
  for (const [index, statement] of needs().entries()) {
    for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
      const flipped = Object.entries(keys).map(([key]) => [
        key,
        operator === "Null"
          ? "true"
          : operator === "Bool"
            ? "false"
            : operator.startsWith("Numeric")
              ? "-1"
              : operator.startsWith("Arn")
                ? "arn:aws:ec2:us-east-1:444455556666:vpc/vpc-0"
                : "another",
      ]);
      const Condition = { ...statement.Condition, [operator]: Object.fromEntries(flipped) };
      await allow(...needs().map((need, at) => (at === index ? { ...need, Condition } : need)));
      expect(await tried(call(session)), JSON.stringify(Condition)).toMatch(/^denied/);
    }
  }
});

describe("the refusal", () => {
  test("of EC2 says who, what, on what and why, also to a dry run", async () => {
    await allow();
    const attempt = session.ec2.send(
      new DeleteSecurityGroupCommand({ GroupId: ids.group, DryRun: true }),
    );
    await expect(attempt).rejects.toMatchObject({
      name: "UnauthorizedOperation",
      message: `You are not authorized to perform this operation. User: arn:aws:sts::${account}:assumed-role/Runbook/session is not authorized to perform: ec2:DeleteSecurityGroup on resource: ${ec2("security-group", ids.group)} because no identity-based policy allows the ec2:DeleteSecurityGroup action`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("of a dry run that would succeed is DryRunOperation", async () => {
    await allow({ Action: "ec2:DeleteSecurityGroup", Resource: "*" });
    const attempt = session.ec2.send(
      new DeleteSecurityGroupCommand({ GroupId: ids.group, DryRun: true }),
    );
    await expect(attempt).rejects.toMatchObject({ name: "DryRunOperation" });
  });

  test("names an explicit deny", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const deny = { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: onObject };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [deny] });
    await allow({ Action: "s3:*", Resource: "*" });
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const put = session.s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "" }));
    await expect(put).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("with an explicit deny in a resource-based policy"),
    });
  });

  test("names a permissions boundary", async () => {
    const { iam } = clients(stack.endpoint, account);
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
    });
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "edge", PolicyDocument }),
    );
    await allow({ Action: "autoscaling:*", Resource: "*" });
    await iam.send(
      new PutRolePermissionsBoundaryCommand({
        RoleName: "Runbook",
        PermissionsBoundary: Policy?.Arn ?? "",
      }),
    );
    const attempt = session.autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
    await expect(attempt).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("because no permissions boundary allows"),
    });
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: "Runbook" }));
    await session.autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  });

  test("hides from someone who may not list that an object is missing", async () => {
    const get = () => session.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "not-there" }));
    await allow({ Action: "s3:GetObject", Resource: onObject });
    await expect(get()).rejects.toMatchObject({ name: "AccessDenied" });
    await allow(
      { Action: "s3:GetObject", Resource: onObject },
      { Action: "s3:ListBucket", Resource: onBucket },
    );
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});

describe("whom it holds", () => {
  test("the administrator of an account may do everything", async () => {
    const admin = clients(stack.endpoint, account);
    await admin.ec2.send(new DescribeInstancesCommand({}));
  });

  test("AWS's own EBS key is open to everyone who may copy images", async () => {
    await allow({ Action: "ec2:CopyImage", Resource: "*" });
    const copy = session.ec2.send(
      new CopyImageCommand({
        Name: "copy",
        SourceImageId: ids.image,
        SourceRegion: region,
        Encrypted: true,
        DryRun: true,
      }),
    );
    await expect(copy).rejects.toMatchObject({ name: "DryRunOperation" });
  });

  test("an operation that nobody entered is checked on every resource, with one warning", async () => {
    const runInstances = () =>
      session.ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, DryRun: true }));
    await allow({ Action: "ec2:RunInstances", Resource: "*" });
    stack.calls.clear();
    await runInstances().catch(() => undefined);
    await runInstances().catch(() => undefined);
    const [first, second] = stack.calls.all();
    expect(first?.warning).toContain("ec2:RunInstances has no entry");
    expect(second?.warning).toBeUndefined();
  });

  test("what the gate asks for itself is not in the log", async () => {
    await allow({ Action: "ec2:*", Resource: "*" });
    stack.calls.clear();
    await session.ec2
      .send(new DeleteSecurityGroupCommand({ GroupId: ids.group, DryRun: true }))
      .catch(() => undefined);
    expect(stack.calls.all().map((call) => call.operation)).toEqual(["DeleteSecurityGroup"]);
  });

  test("a role that nobody enforces is free, and an enforced account holds all its roles", async () => {
    const other = "444455556666";
    const { iam } = clients(stack.endpoint, other);
    const trust = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${other}:root` },
          Action: "sts:AssumeRole",
        },
      ],
    };
    await iam.send(
      new CreateRoleCommand({
        Path: "/a/b/",
        RoleName: "Any",
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    const free = await assume(stack.endpoint, `arn:aws:iam::${other}:role/a/b/Any`);
    await free.ec2.send(new DescribeInstancesCommand({}));
    const end = stack.enforce(other);
    await expect(free.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: "UnauthorizedOperation",
    });
    const again = stack.enforce(other);
    end();
    end();
    await expect(free.ec2.send(new DescribeInstancesCommand({}))).rejects.toThrow();
    again();
    await free.ec2.send(new DescribeInstancesCommand({}));
    expect(() => stack.enforce("everything")).toThrow("everything is neither an account id");
  });
});
