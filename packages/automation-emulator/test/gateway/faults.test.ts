import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  GetIpamPoolCidrsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetCalendarStateCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultKind } from "../../src/gateway/faults.ts";
import type { Stack } from "../../src/gateway/stack.ts";
import { aws, clients, failure, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
const execution = "11111111-2222-4333-8444-555555555555";
let stack: Stack<WrittenDown>;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());
afterEach(() => {
  stack.faults.clear();
  stack.calls.clear();
  stack.automation.handled.length = 0;
  stack.automation.killed.length = 0;
  stack.automation.stopped.length = 0;
});

/** One call in each protocol, as a step of an execution. */
function callsOfEachProtocol() {
  const { autoscaling, ec2, kms, s3 } = clients(stack.endpoint, account, `${execution}.step.1`);
  return {
    ec2: () => ec2.send(new DescribeInstancesCommand({})),
    query: () => autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
    json: () => kms.send(new DescribeKeyCommand({ KeyId: "alias/aws/ebs" })),
    "rest-xml": () => s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "key" })),
  } satisfies Record<string, () => Promise<unknown>>;
}

const protocols = ["ec2", "query", "json", "rest-xml"] as const;

describe.each(protocols)("in the %s protocol", (protocol) => {
  const attempt = () => callsOfEachProtocol()[protocol]();

  test("an error is the SDK's exception of that name, with its message", async () => {
    stack.faults.add({
      match: {},
      kind: { error: { code: "AccessDenied", message: 'you <may> not & "never" will' } },
    });
    expect(await failure(attempt())).toMatchObject({
      name: "AccessDenied",
      message: 'you <may> not & "never" will',
    });
    expect(stack.calls.all().at(-1)).toMatchObject({ outcome: "fault", errorCode: "AccessDenied" });
  });

  test("throttling has the name that the service gives it", async () => {
    stack.faults.add({ match: {}, kind: { throttle: true } });
    const names = {
      ec2: "RequestLimitExceeded",
      query: "Throttling",
      json: "ThrottlingException",
      "rest-xml": "SlowDown",
    };
    const error = await failure(attempt());
    expect(error.name).toBe(names[protocol]);
    // The SDK would retry it.
    expect(error).toHaveProperty("$retryable");
  });

  test("after a timeout the client has no answer", async () => {
    stack.faults.add({ match: {}, kind: { timeoutAfterEffect: true } });
    expect((await failure(attempt())).code).toBe("ECONNRESET");
    expect(stack.calls.all().at(-1)).toMatchObject({
      outcome: "fault",
      status: 0,
      errorCode: "TimeoutAfterEffect",
    });
  });

  test.each(["before", "after"] as const)("a kill %s the call ends the execution", async (when) => {
    stack.faults.add({ match: { executionId: execution }, kind: { kill: when } });
    expect((await failure(attempt())).code).toBe("ECONNRESET");
    expect(stack.automation.killed).toEqual([execution]);
  });

  test.each(["before", "after"] as const)(
    "a cancel %s the call stops the execution",
    async (when) => {
      stack.faults.add({ match: {}, kind: { cancel: when } });
      await attempt().catch(() => undefined);
      expect(stack.automation.stopped).toEqual([{ executionId: execution, type: "Cancel" }]);
      // No call that nobody has made.
      expect(stack.automation.handled).toEqual([]);
    },
  );
});

const createGroup = (name: string) =>
  new CreateSecurityGroupCommand({ GroupName: name, Description: "made by a test" });

async function groupExists(name: string): Promise<boolean> {
  const { ec2 } = clients(stack.endpoint, account);
  const Filters = [{ Name: "group-name", Values: [name] }];
  const answer = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  return answer.SecurityGroups?.length === 1;
}

describe("whether a call takes effect", () => {
  const cases: [string, FaultKind, boolean][] = [
    ["an error", { error: { code: "InternalError" } }, false],
    ["throttling", { throttle: true }, false],
    ["a delay", { delayMs: 5 }, true],
    ["a timeout after the effect", { timeoutAfterEffect: true }, true],
    ["a kill before", { kill: "before" }, false],
    ["a kill after", { kill: "after" }, true],
    ["a cancel before", { cancel: "before" }, true],
    ["a cancel after", { cancel: "after" }, true],
  ];
  test.each(cases)("%s", async (name, kind, takesEffect) => {
    const { ec2 } = clients(stack.endpoint, account, execution);
    stack.faults.add({ match: { operation: "CreateSecurityGroup" }, kind });
    await ec2.send(createGroup(name)).catch(() => undefined);
    expect(await groupExists(name)).toBe(takesEffect);
  });
});

describe("what a fault matches", () => {
  const describeInstances = (client = clients(stack.endpoint, account)) =>
    client.ec2.send(new DescribeInstancesCommand({})).then(
      () => "ok",
      (error: Error) => error.name,
    );
  const inTurn = async (count: number) => {
    const answers: string[] = [];
    for (let n = 0; n < count; n += 1) answers.push(await describeInstances());
    return answers;
  };
  const kind: FaultKind = { error: { code: "Oops" } };

  test("the nth matching call only", async () => {
    stack.faults.add({ match: { operation: "DescribeInstances", nth: 2 }, kind });
    expect(await inTurn(3)).toEqual(["ok", "Oops", "ok"]);
  });

  test("from the nth on, so many times", async () => {
    stack.faults.add({ match: { service: "ec2", from: 2, times: 2 }, kind });
    expect(await inTurn(5)).toEqual(["ok", "Oops", "Oops", "ok", "ok"]);
  });

  test("an account", async () => {
    stack.faults.add({ match: { accountId: "444455556666" }, kind });
    expect(await describeInstances()).toBe("ok");
    expect(await describeInstances(clients(stack.endpoint, "444455556666"))).toBe("Oops");
  });

  test("automations only, and a step", async () => {
    stack.faults.add({ match: { automationOnly: true, step: "second" }, kind });
    expect(await describeInstances()).toBe("ok");
    const step = (name: string) => clients(stack.endpoint, account, `${execution}.${name}.1`);
    expect(await describeInstances(step("first"))).toBe("ok");
    expect(await describeInstances(step("second"))).toBe("Oops");
  });

  test("a predicate on the call's parameters", async () => {
    const predicate = (call: { parameters: object }) => "GroupNames" in call.parameters;
    stack.faults.add({ match: { predicate }, kind });
    const { ec2 } = clients(stack.endpoint, account);
    expect(await describeInstances()).toBe("ok");
    const named = ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ["default"] }));
    await expect(named).rejects.toMatchObject({ name: "Oops" });
  });

  test("of two, the first decides; delays add up to it", async () => {
    stack.faults.add({ match: {}, kind: { delayMs: 1 } });
    stack.faults.add({ match: {}, kind: { error: { code: "First" } } });
    stack.faults.add({ match: {}, kind: { error: { code: "Second" } } });
    expect(await describeInstances()).toBe("First");
    const kinds = stack.faults.hits.map((hit) => hit.fault.kind);
    expect(kinds).toEqual([{ delayMs: 1 }, { error: { code: "First" } }]);
  });

  test("one that was taken down no longer", async () => {
    const takeDown = stack.faults.add({ match: {}, kind });
    expect(await describeInstances()).toBe("Oops");
    takeDown();
    expect(await describeInstances()).toBe("ok");
  });
});

describe("other clients", () => {
  test("boto3 outlasts throttling that ends", async () => {
    stack.faults.add({
      match: { operation: "DescribeInstances", times: 2 },
      kind: { throttle: true },
    });
    const { exitCode } = await aws(stack.endpoint, account, ["ec2", "describe-instances"], {
      AWS_MAX_ATTEMPTS: "4",
      AWS_RETRY_MODE: "standard",
    });
    expect(exitCode).toBe(0);
    expect(stack.calls.all().map((call) => call.outcome)).toEqual(["fault", "fault", "ok"]);
  });

  test("boto3 names a fault's error", async () => {
    stack.faults.add({ match: {}, kind: { error: { code: "SecurityGroupLimitExceeded" } } });
    const args = ["ec2", "create-security-group", "--group-name", "a", "--description", "b"];
    const { error } = await aws(stack.endpoint, account, args);
    expect(error).toContain("An error occurred (SecurityGroupLimitExceeded)");
  });

  test("a HEAD request fails by its status", async () => {
    stack.faults.add({ match: {}, kind: { error: { code: "AccessDenied" } } });
    const { s3 } = clients(stack.endpoint, account);
    const head = s3.send(new HeadBucketCommand({ Bucket: "bucket" }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});

describe("faults over HTTP", () => {
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${stack.endpoint}/_emulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  test("can be put up, listed and taken down", async () => {
    const fault = { match: { service: "ec2" }, kind: { error: { code: "Oops", status: 500 } } };
    const { body } = await ask("POST", "faults", fault);
    expect(body).toMatchObject({ ...fault, hits: 0 });
    const { ec2 } = clients(stack.endpoint, account);
    const refused = ec2.send(new DescribeInstancesCommand({}));
    await expect(refused).rejects.toMatchObject({ name: "Oops" });
    expect((await ask("GET", "faults")).body).toMatchObject([{ hits: 1, matched: 1 }]);
    const { id } = body as { id: number };
    expect((await ask("DELETE", `faults/${id}`)).status).toBe(200);
    expect((await ask("GET", "faults")).body).toEqual([]);
  });

  test.each([
    [{ kind: { explode: true } }, "kind must have one of error"],
    [{ match: { servce: "ec2" }, kind: { throttle: true } }, "unknown key servce"],
    [{ match: { nth: 0 }, kind: { throttle: true } }, "match.nth must be an integer from 1"],
    [{ kind: { kill: "sometime" } }, "kind.kill must be before or after"],
    ["nonsense", "the fault must be an object"],
  ])("%j is refused with the reason", async (fault, reason) => {
    const { status, body } = await ask("POST", "faults", fault);
    expect(status).toBe(400);
    expect(body).toMatchObject({ message: expect.stringContaining(reason) });
  });

  test("calls and health can be read, and none of this is logged", async () => {
    await clients(stack.endpoint, account).ec2.send(new DescribeInstancesCommand({}));
    expect((await ask("GET", "health")).body).toEqual({ status: "ok" });
    expect((await ask("GET", `calls?accountId=${account}`)).body).toHaveLength(1);
    expect((await ask("GET", "calls?mutating=true")).body).toEqual([]);
    expect((await ask("GET", "nothing")).status).toBe(404);
    await ask("DELETE", "calls");
    expect(stack.calls.all()).toEqual([]);
  });
});

test("what moto does not have, or fails on, is an error that SDKs can read and do not repeat", async () => {
  const { ec2, s3, ssm } = clients(stack.endpoint, account);
  for (const [attempt, what] of [
    [() => ec2.send(new GetIpamPoolCidrsCommand({ IpamPoolId: "i" })), "ec2:GetIpamPoolCidrs"],
    [() => ssm.send(new GetCalendarStateCommand({ CalendarNames: ["c"] })), "ssm:GetCalendarState"],
    [() => unreadable(s3), "s3:ListObjectsV2"],
  ] as const) {
    expect(await failure(attempt())).toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining(`has no ${what}, or not with such parameters`),
      $metadata: { httpStatusCode: 501 },
    });
  }
});

/** A list that goes on from where no list has ended. */
async function unreadable(s3: ReturnType<typeof clients>["s3"]): Promise<unknown> {
  await s3.send(new CreateBucketCommand({ Bucket: "listed" }));
  await s3.send(new PutObjectCommand({ Bucket: "listed", Key: "k", Body: "x" }));
  return s3.send(new ListObjectsV2Command({ Bucket: "listed", ContinuationToken: "junk" }));
}
