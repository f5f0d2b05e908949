import { EnterStandbyCommand } from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { matchesAction } from "../../src/gateway/iam/guardrails.ts";
import { namedFault } from "../../src/gateway/namedFaults.ts";
import type { Stack } from "../../src/gateway/stack.ts";
import { clients, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
const execution = "11111111-2222-4333-8444-555555555555";
let stack: Stack<WrittenDown>;
let run: ReturnType<typeof clients>;
let person: ReturnType<typeof clients>;
let number = 0;

beforeAll(async () => {
  stack = await startTestStack();
  run = clients(stack.endpoint, account, `${execution}.step.1`);
  person = clients(stack.endpoint, account);
});
afterAll(() => stack.close());
afterEach(() => {
  stack.guardrails.clear();
  stack.faults.clear();
});

async function makeGroup(who = person, tagged = false): Promise<string> {
  number += 1;
  const made = await who.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `group-${number}`,
      Description: "d",
      ...(tagged && {
        TagSpecifications: [
          { ResourceType: "security-group", Tags: [{ Key: "By", Value: "runbook" }] },
        ],
      }),
    }),
  );
  return made.GroupId ?? "";
}

const open = (GroupId: string, CidrIp: string) =>
  new AuthorizeSecurityGroupIngressCommand({
    GroupId,
    IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp }] }],
  });

test.each([
  ["ec2:CreateImage", "ec2:CreateImage", true],
  ["ec2:createimage", "ec2:CreateImage", true],
  ["ec2:*", "ec2:CreateImage", true],
  ["*", "s3:PutObject", true],
  ["s3:Put*", "s3:GetObject", false],
  ["s3:Put?bject", "s3:PutObject", true],
  ["ec2:Create", "ec2:CreateImage", false],
  ["e.2:*", "ec2:CreateImage", false],
])("the pattern %s covers %s: %s", (pattern, action, expected) => {
  expect(matchesAction(pattern, action)).toBe(expected);
});

describe("a guardrail", () => {
  test("denies its actions to executions in the words of a service control policy, and to nobody else", async () => {
    stack.guardrails.deny({ actions: ["ec2:CreateSecurityGroup"] });
    await expect(makeGroup(run)).rejects.toMatchObject({
      name: "UnauthorizedOperation",
      message: expect.stringMatching(
        /not authorized to perform: ec2:CreateSecurityGroup on resource: arn:\S+ with an explicit deny in a service control policy$/,
      ),
    });
    expect(await makeGroup(person)).toMatch(/^sg-/);
    expect(stack.guardrails.list()).toMatchObject([{ denied: 1 }]);
  });

  test("denies a call for any action that it needs, such as the tags of what it makes", async () => {
    stack.guardrails.deny({ actions: ["ec2:CreateTags"] });
    expect(await makeGroup(run)).toMatch(/^sg-/);
    await expect(makeGroup(run, true)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  });

  test("can be held to a value of the parameters", async () => {
    const group = await makeGroup();
    stack.guardrails.deny({
      actions: ["ec2:AuthorizeSecurityGroupIngress"],
      parameterValue: "0.0.0.0/0",
    });
    await expect(run.ec2.send(open(group, "0.0.0.0/0"))).rejects.toMatchObject({
      name: "UnauthorizedOperation",
    });
    await run.ec2.send(open(group, "10.0.0.0/8"));
  });

  test("can leave out actions, be meant for everybody and be taken down", async () => {
    const end = stack.guardrails.deny({
      actions: ["*"],
      except: ["ec2:Describe*"],
      everybody: true,
    });
    await person.ec2.send(new DescribeSecurityGroupsCommand({}));
    await expect(makeGroup(person)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
    end();
    expect(await makeGroup(person)).toMatch(/^sg-/);
  });

  test("can be put up over HTTP, and a wrong one is refused in words", async () => {
    const post = async (body: unknown) => {
      const response = await fetch(`${stack.endpoint}/_emulator/guardrails`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    expect(await post({ actions: ["ec2:Create*"], accountId: account })).toMatchObject({
      status: 200,
      body: { actions: ["ec2:Create*"], denied: 0 },
    });
    await expect(makeGroup(run)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
    expect(await post({ actions: [] })).toMatchObject({ status: 400 });
    expect(await post({ actions: ["*"], expect: [] })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("unknown key expect") },
    });
  });
});

describe("the fault", () => {
  test("operation-aborted-after-create-bucket meets each of the two calls once a bucket", async () => {
    stack.faults.add(namedFault("operation-aborted-after-create-bucket"));
    await person.s3.send(new CreateBucketCommand({ Bucket: "fresh-bucket" }));
    const versioning = () =>
      person.s3.send(
        new PutBucketVersioningCommand({
          Bucket: "fresh-bucket",
          VersioningConfiguration: { Status: "Enabled" },
        }),
      );
    const policy = () =>
      person.s3.send(
        new PutBucketPolicyCommand({
          Bucket: "fresh-bucket",
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Deny",
                Principal: "*",
                Action: "s3:DeleteObject",
                Resource: "arn:aws:s3:::fresh-bucket/*",
              },
            ],
          }),
        }),
      );
    const aborted = { name: "OperationAborted", $metadata: { httpStatusCode: 409 } };
    await expect(versioning()).rejects.toMatchObject(aborted);
    await expect(policy()).rejects.toMatchObject(aborted);
    await versioning();
    await policy();
  });

  test("unauthorized-after-tagged-group meets the first call that changes a group with tags", async () => {
    stack.faults.add(namedFault("unauthorized-after-tagged-group"));
    const [plain, tagged] = [await makeGroup(run), await makeGroup(run, true)];
    await run.ec2.send(open(plain, "10.0.0.0/8"));
    await run.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [tagged] }));
    const tag = () =>
      run.ec2.send(
        new CreateTagsCommand({ Resources: [tagged], Tags: [{ Key: "k", Value: "v" }] }),
      );
    await expect(tag()).rejects.toMatchObject({ name: "UnauthorizedOperation" });
    await tag();
  });

  test("scaling-activity-in-progress meets so many calls as are asked for", async () => {
    stack.faults.add(namedFault("scaling-activity-in-progress", { times: 2 }));
    const enter = () =>
      run.autoscaling
        .send(
          new EnterStandbyCommand({
            AutoScalingGroupName: "none",
            ShouldDecrementDesiredCapacity: true,
          }),
        )
        .catch((error: Error) => error.name);
    const names = [await enter(), await enter(), await enter()];
    // The name that the SDK's class has for this code.
    const met = "ScalingActivityInProgressFault";
    expect(names).toEqual([met, met, expect.not.stringContaining(met)]);
  });

  test("can be put up over HTTP by its name, and an unknown name is refused with the known ones", async () => {
    const post = async (body: unknown) => {
      const response = await fetch(`${stack.endpoint}/_emulator/faults`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const made = await post({ name: "scaling-activity-in-progress", match: { times: 3 } });
    expect(made).toMatchObject({ status: 200, body: { name: "scaling-activity-in-progress" } });
    expect(await post({ name: "rain" })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("scaling-activity-in-progress") },
    });
  });
});
