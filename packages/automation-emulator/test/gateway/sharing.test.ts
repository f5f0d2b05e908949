import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { assume, aws, clients, startTestStack, type WrittenDown } from "./harness.ts";

const owner = "111122223333";
let participant = "";
let stack: Stack<WrittenDown>;
let role: ReturnType<typeof clients>;
const ids = { vpc: "", subnet: "", shared: "", own: "", networkInterface: "" };

/** An organization of the owner, in which the participant sees the owner's subnet and one of its groups. */
beforeAll(async () => {
  stack = await startTestStack();
  const organizations = new OrganizationsClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: owner, secretAccessKey: "emulator" },
  });
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ AccountName: "member", Email: "member@example.com" }),
  );
  participant = CreateAccountStatus?.AccountId ?? "";
  const theirs = clients(stack.endpoint, owner).ec2;
  const vpc = await theirs.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  ids.vpc = vpc.Vpc?.VpcId ?? "";
  const subnet = await theirs.send(
    new CreateSubnetCommand({ VpcId: ids.vpc, CidrBlock: "10.0.1.0/24" }),
  );
  ids.subnet = subnet.Subnet?.SubnetId ?? "";
  ids.shared = await makeGroup(theirs, "shared");
  const arn = (type: string, id: string) => `arn:aws:ec2:us-east-1:${owner}:${type}/${id}`;
  const { exitCode, error } = await aws(stack.endpoint, owner, [
    "ram",
    "create-resource-share",
    "--name=network",
    "--resource-arns",
    arn("subnet", ids.subnet),
    arn("security-group", ids.shared),
    `--principals=${participant}`,
  ]);
  expect([exitCode, error]).toEqual([0, ""]);
  const { ec2, iam } = clients(stack.endpoint, participant);
  ids.own = await makeGroup(ec2, "own");
  const made = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, Groups: [ids.own] }),
  );
  ids.networkInterface = made.NetworkInterface?.NetworkInterfaceId ?? "";
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: participant }, Action: "sts:AssumeRole" }],
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.send(new CreateRoleCommand({ RoleName: "Runbook", AssumeRolePolicyDocument }));
  const roleArn = `arn:aws:iam::${participant}:role/Runbook`;
  role = await assume(stack.endpoint, roleArn);
  stack.enforce(roleArn);
});
afterAll(() => stack.close());

async function makeGroup(ec2: ReturnType<typeof clients>["ec2"], name: string): Promise<string> {
  const input = { GroupName: name, Description: name, VpcId: ids.vpc };
  return (await ec2.send(new CreateSecurityGroupCommand(input))).GroupId ?? "";
}

async function allow(...statements: readonly object[]): Promise<void> {
  const Statement = statements.map((statement) => ({ Effect: "Allow", ...statement }));
  await clients(stack.endpoint, participant).iam.send(
    new PutRolePolicyCommand({
      RoleName: "Runbook",
      PolicyName: "inline",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
}

const ec2Arn = (account: string, rest: string): string =>
  `arn:aws:ec2:us-east-1:${account}:${rest}`;
const unauthorized = { name: "UnauthorizedOperation" };

describe("a role that works in a shared VPC", () => {
  test("makes groups there only where its policy names the owner's VPC", async () => {
    const make = (name: string) => makeGroup(role.ec2, name);
    const group = { Action: "ec2:CreateSecurityGroup", Resource: ec2Arn("*", "security-group/*") };
    const vpcOf = (account: string) => ({
      Action: "ec2:CreateSecurityGroup",
      Resource: ec2Arn(account, "vpc/*"),
    });
    await allow(group, vpcOf(participant));
    await expect(make("refused")).rejects.toMatchObject({
      ...unauthorized,
      message: expect.stringContaining(`on resource: ${ec2Arn(owner, `vpc/${ids.vpc}`)}`),
    });
    await allow(group, vpcOf(owner));
    expect(await make("made")).toMatch(/^sg-/);
  });

  test("puts a shared group on its interface only where its policy names the owner's group", async () => {
    const modify = () =>
      role.ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: ids.networkInterface,
          Groups: [ids.own, ids.shared],
        }),
      );
    const on = (resource: string) => ({
      Action: "ec2:ModifyNetworkInterfaceAttribute",
      Resource: resource,
    });
    const own = [
      on(ec2Arn(participant, "network-interface/*")),
      on(ec2Arn(participant, "security-group/*")),
    ];
    await allow(...own);
    await expect(modify()).rejects.toMatchObject(unauthorized);
    await allow(...own, on(ec2Arn(owner, "security-group/*")));
    await modify();
  });

  test.each([
    ["ec2:Vpc", "ArnEquals", () => ec2Arn(owner, `vpc/${ids.vpc}`)],
    ["ec2:Subnet", "ArnEquals", () => ec2Arn(owner, `subnet/${ids.subnet}`)],
  ])("meets %s with the owner's account", async (key, operator, value) => {
    const modify = () =>
      role.ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: ids.networkInterface,
          Groups: [ids.own],
        }),
      );
    const groups = {
      Action: "ec2:ModifyNetworkInterfaceAttribute",
      Resource: ec2Arn("*", "security-group/*"),
    };
    const interfaces = (expected: string) => ({
      Action: "ec2:ModifyNetworkInterfaceAttribute",
      Resource: ec2Arn(participant, "network-interface/*"),
      Condition: { [operator]: { [key]: expected } },
    });
    await allow(groups, interfaces(value().replace(owner, participant)));
    await expect(modify()).rejects.toMatchObject(unauthorized);
    await allow(groups, interfaces(value()));
    await modify();
  });
});

describe("conditions on whose a resource is", () => {
  const remove = () =>
    role.ec2.send(new DeleteSecurityGroupCommand({ GroupId: ids.own, DryRun: true }));
  const under = (Condition: object) =>
    allow({ Action: "ec2:DeleteSecurityGroup", Resource: "*", Condition });
  const wouldSucceed = { name: "DryRunOperation" };

  test.each([
    ["aws:ResourceAccount", () => participant, () => owner],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
    ["aws:ResourceOrgID", () => "${aws:PrincipalOrgID}", () => "o-elsewhere"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
    ["aws:PrincipalOrgID", () => "${aws:ResourceOrgID}", () => "o-elsewhere"],
  ])("%s is known", async (key, right, wrong) => {
    await under({ StringEquals: { [key]: wrong() } });
    await expect(remove()).rejects.toMatchObject(unauthorized);
    await under({ StringEquals: { [key]: right() } });
    await expect(remove()).rejects.toMatchObject(wouldSucceed);
  });

  test("a shared group is the owner's", async () => {
    const use = () =>
      role.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: ids.shared,
          IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
          DryRun: true,
        }),
      );
    const condition = (account: string) =>
      allow({
        Action: "ec2:AuthorizeSecurityGroupIngress",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceAccount": account } },
      });
    const refusedBy = (words: RegExp) => ({
      ...unauthorized,
      message: expect.stringMatching(words),
    });
    await condition(participant);
    await expect(use()).rejects.toMatchObject(refusedBy(/no identity-based policy allows/));
    await condition(owner);
    // IAM lets it pass; EC2 keeps a participant from changing the owner's group.
    await expect(use()).rejects.toMatchObject(refusedBy(/perform this operation\.$/));
  });
});

describe("a dry run", () => {
  test.each([
    ["sg-0123456789abcdef0", undefined, "InvalidGroup.NotFound"],
    [undefined, "eni-0123456789abcdef0", "InvalidNetworkInterfaceID.NotFound"],
  ])("of a change to %s or %s that is not there says so", async (group, eni, name) => {
    await allow({ Action: "ec2:ModifyNetworkInterfaceAttribute", Resource: "*" });
    const change = new ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId: eni ?? ids.networkInterface,
      Groups: [group ?? ids.own],
      DryRun: true,
    });
    await expect(role.ec2.send(change)).rejects.toMatchObject({ name });
    await allow({ Action: "ec2:DescribeInstances", Resource: "*" });
    await expect(role.ec2.send(change)).rejects.toMatchObject(unauthorized);
  });
});
