import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateSecurityGroupCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AwsCall } from "../../src/gateway/calls.ts";
import type { Stack } from "../../src/gateway/stack.ts";
import { clients, credentialsOf, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
let folder: string;
let stack: Stack<WrittenDown>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "calls-"));
  stack = await startTestStack({ logFile: join(folder, "calls.jsonl") });
});
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true });
});

test("a read, a change and a dry run of a change are told apart", async () => {
  const { ec2 } = clients(stack.endpoint, account);
  const group = { GroupName: "group", Description: "d" };
  await ec2.send(new DescribeInstancesCommand({}));
  await ec2.send(new CreateSecurityGroupCommand({ ...group, DryRun: true })).catch(() => undefined);
  await ec2.send(new CreateSecurityGroupCommand(group));
  expect(stack.calls.all()).toMatchObject([
    { operation: "DescribeInstances", readOnly: true },
    { operation: "CreateSecurityGroup", requestedDryRun: true, errorCode: "DryRunOperation" },
    { operation: "CreateSecurityGroup", readOnly: false, outcome: "ok" },
  ]);
  expect(stack.calls.mutating({ accountId: account })).toHaveLength(1);
});

test("DryRun changes nothing", async () => {
  const { ec2 } = clients(stack.endpoint, "444455556666");
  const input = { GroupName: "never", Description: "d", DryRun: true };
  const attempt = ec2.send(new CreateSecurityGroupCommand(input));
  await expect(attempt).rejects.toMatchObject({ name: "DryRunOperation" });
  await ec2.send(new CreateSecurityGroupCommand({ ...input, DryRun: false }));
});

test("calls are in the order in which they came in, and listeners hear each once", async () => {
  stack.calls.clear();
  const heard: AwsCall[] = [];
  const stop = stack.calls.onCall((call) => heard.push(call));
  stack.faults.add({ match: { nth: 1 }, kind: { delayMs: 1000 } });
  const { ec2 } = clients(stack.endpoint, account);
  const slow = ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
  await vi.waitUntil(() => stack.faults.hits.length > 0);
  await ec2.send(new DescribeInstancesCommand({ MaxResults: 6 }));
  await slow;
  stop();
  stack.faults.clear();
  await ec2.send(new DescribeInstancesCommand({}));
  const asked = (call: AwsCall) => call.parameters.MaxResults;
  expect(stack.calls.all().map(asked)).toEqual([5, 6, undefined]);
  expect(heard.map(asked)).toEqual([6, 5]);
});

test("keys of AssumeRole are their role's session, in the role's account", async () => {
  const roleAccount = "444455556666";
  const { iam } = clients(stack.endpoint, roleAccount);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await iam.send(
    new CreateRoleCommand({ RoleName: "Role", Path: "/a/b/", AssumeRolePolicyDocument }),
  );
  const RoleArn = `arn:aws:iam::${roleAccount}:role/a/b/Role`;
  const { sts } = clients(stack.endpoint, account);
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me" }));
  const session = clients(stack.endpoint, credentialsOf(Credentials));
  await session.ec2.send(new DescribeInstancesCommand({}));
  expect(stack.calls.all().at(-1)).toMatchObject({
    accountId: roleAccount,
    principal: `arn:aws:sts::${roleAccount}:assumed-role/Role/me`,
  });
  const { Account } = await session.sts.send(new GetCallerIdentityCommand({}));
  expect(Account).toBe(roleAccount);
});

test("keys that IAM made are their user's", async () => {
  const { iam } = clients(stack.endpoint, account);
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  const ann = clients(stack.endpoint, credentialsOf(AccessKey));
  await ann.ec2.send(new DescribeInstancesCommand({}));
  expect(stack.calls.all().at(-1)).toMatchObject({
    accountId: account,
    principal: `arn:aws:iam::${account}:user/ann`,
  });
});

test("no secret reaches the log, in memory or in the file", async () => {
  const { ssm } = clients(stack.endpoint, account);
  await ssm.send(new PutParameterCommand({ Name: "p", Value: "hush-hush", Type: "SecureString" }));
  await stack.close();
  const file = await readFile(join(folder, "calls.jsonl"), "utf8");
  const lines = file
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as AwsCall);
  expect(lines.at(-1)).toMatchObject({ operation: "PutParameter", parameters: { Value: "***" } });
  expect(lines.length).toBeGreaterThan(10);
  for (const text of [file, JSON.stringify(stack.calls.all())]) {
    expect(text).not.toContain("hush-hush");
    expect(text).not.toMatch(/SecretAccessKey|SessionToken|Signature/);
  }
});
