import { isDeepStrictEqual } from "node:util";
import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import type { AwsCall } from "automation-emulator/gateway/calls";
import { expect, test } from "vitest";
import { makeAutoScalingGroup, memberTestAccount } from "../account/asg.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { callsIn, type ReportedCall, type Run } from "../account/run.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const everything = {
  CreateAMIBackup: "true",
  TagIdentifier: "Key=Case,Value=4711",
  IngressInput: [
    '{"Cidr": "198.51.100.7/32", "IpProtocol": "tcp", "FromPort": "22", "ToPort": "22"}',
    '{"Cidr": "2001:db8::/64", "IpProtocol": "icmpv6", "FromPort": "-1", "ToPort": "-1"}',
  ],
  EgressInput: ['{"Cidr": "198.51.100.0/24", "IpProtocol": "-1"}'],
};

test("invariant 1: a dry run's report lists exactly the calls that Contain makes, with their parameters", async () => {
  const testAccount = await makeTestAccount(emulator);
  await containAsReported(testAccount, everything);
});

test("invariant 1: so it is for a member of an Auto Scaling group at its MinSize, and a bucket that is missing", async () => {
  const testAccount = await makeTestAccount(emulator, { bucket: false });
  const group = await makeAutoScalingGroup(testAccount, { min: 2, max: 2, desired: 2 });
  const member = await memberTestAccount(testAccount, group);
  const calls = await containAsReported(member, everything);
  expect(calls).toContain("s3:CreateBucket");
  expect(calls).toContain("autoscaling:UpdateAutoScalingGroup");
});

test("invariant 1: so it is for Release", async () => {
  const testAccount = await makeTestAccount(emulator);
  const group = await makeAutoScalingGroup(testAccount, { min: 2, max: 2, desired: 2 });
  const member = await memberTestAccount(testAccount, group);
  const key = backupKey(await member.contain({ TagIdentifier: "Key=Case,Value=4711" }));
  const dry = await member.run({ Action: "Release", S3PrefixName: key });
  const planned = callsIn(dry);
  const live = await member.release(key);
  expect(live.status, live.failure).toBe("Success");
  const made = changesOf(live).map(reported);
  expect(inOrder(made)).toEqual(inOrder(planned));
});

/** Dry run, then the live one: compares the report with the log of calls. What was called. */
async function containAsReported(
  testAccount: TestAccount,
  parameters: Parameters<TestAccount["run"]>[0],
): Promise<readonly string[]> {
  const dry = await testAccount.run(parameters);
  expect(dry.reportStep, dry.failure).toBe("reportContain");
  const live = await testAccount.contain(parameters);
  expect(live.status, `${live.failure}\n${live.report}`).toBe("Success");
  const names = await namesOfGroups(testAccount, live);
  const planned = inOrder(callsIn(dry).map((call) => plain(call, dry, new Map())));
  const made = inOrder(changesOf(live).map((call) => plain(reported(call), live, names)));
  expect(made.map(whatOf)).toEqual(planned.map(whatOf));
  const unlike = planned.flatMap((plan, index) =>
    unlikeParts(plan.Parameters, made[index]?.Parameters ?? {}).map(
      (name) => `${whatOf(plan)} ${name}`,
    ),
  );
  expect(unlike).toEqual(unforeseeable.filter((part) => unlike.includes(part)));
  return [...new Set(planned.map((call) => call.Call))];
}

/** The parameters of which a call has another value than the plan, or that the plan leaves out. */
function unlikeParts(plan: ReportedCall["Parameters"], made: ReportedCall["Parameters"]): string[] {
  return [...new Set([...Object.keys(plan), ...Object.keys(made)])]
    .filter((name) => !byClient.test(name))
    .filter((name) => !isDeepStrictEqual(plan[name], made[name]));
}

/** What boto3 adds by itself, contents, and the header for which an older boto3 has no parameter. */
const byClient = /^(?:Body|ClientToken|ContentLength|IfNoneMatch|Checksum.*)$/;

/** What a plan can't know yet, and names in words. */
const unforeseeable = [
  "createEncryptedCopy ec2:CopyImage SourceImageId",
  "verdict ec2:CreateTags Resources",
];

/** Calls of an execution that change something, and the rehearsals that it reports too. */
const changesOf = (run: Run): readonly AwsCall[] =>
  emulator.calls.of({ executionId: run.id }).filter((call) => !call.readOnly);

const reported = ({ step = "", service, operation, parameters }: AwsCall): ReportedCall => ({
  Step: step,
  Call: `${service}:${operation}`,
  Parameters: parameters,
});

/** Independent calls are made at once: their order among each other says nothing. */
const inOrder = (calls: readonly ReportedCall[]): readonly ReportedCall[] =>
  calls.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const keyOf = ({ Step, Call, Parameters }: ReportedCall): string =>
  JSON.stringify([Step, Call, Parameters.NetworkInterfaceId, Parameters.Groups, Parameters]);

const whatOf = (call: ReportedCall): string => `${call.Step} ${call.Call}`;

/** The names by which a report calls the groups that do not exist yet, by their ids. */
async function namesOfGroups(
  testAccount: TestAccount,
  live: Run,
): Promise<ReadonlyMap<string, string>> {
  const found = await testAccount.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: "group-name", Values: [`ContainEC2Instance-*-${testAccount.instanceId}-*`] },
      ],
    }),
  );
  const vpc = testAccount.network.vpcId;
  const deleted = changesOf(live).filter((call) => call.operation === "DeleteSecurityGroup");
  return new Map([
    ...(found.SecurityGroups ?? []).map(
      (group) => [group.GroupId ?? "", `<containment group in ${group.VpcId}>`] as const,
    ),
    ...deleted.map(
      (call) => [String(call.parameters.GroupId), `<all-access group in ${vpc}>`] as const,
    ),
  ]);
}

/** A call without what differs from run to run: the execution's id, its minute, ids of what it makes. */
function plain(call: ReportedCall, run: Run, names: ReadonlyMap<string, string>): ReportedCall {
  let text = JSON.stringify(call)
    .replaceAll(run.id, "EXECUTION")
    .replaceAll(/\d{4}(?:\/\d\d){4}\/EXECUTION\.[0-9a-f]{64}/g, "TIME/EXECUTION");
  for (const [id, name] of names) text = text.replaceAll(id, name);
  return JSON.parse(text) as ReportedCall;
}
