import {
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeTagsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { AutomationExecution, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import {
  clientConfig,
  create,
  get,
  type Step,
  ssmOf,
  start,
  states,
  stepOf,
  until,
} from "./harness.ts";

const account = "111122223333";
let emulator: Emulator;
let ssm: SSMClient;
let ec2: EC2Client;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  ssm = ssmOf(emulator, account);
  ec2 = new EC2Client(clientConfig(emulator, account));
});
afterAll(() => emulator.close());
afterEach(() => emulator.faults.clear());

async function run(steps: readonly Step[], rest: object = {}): Promise<AutomationExecution> {
  const id = await start(ssm, await create(ssm, steps, rest));
  await emulator.engine.settled(id);
  return get(ssm, id);
}

const vpc = async (): Promise<string> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
  return Vpc?.VpcId ?? "";
};

describe("aws:executeAwsApi", () => {
  const read = (VpcIds: readonly string[]): Step => ({
    name: "read",
    action: "aws:executeAwsApi",
    inputs: { Service: "ec2", Api: "DescribeVpcs", VpcIds },
    outputs: [{ Name: "Cidr", Selector: "$.Vpcs[0].CidrBlock", Type: "String" }],
  });

  test("gives the answer of the API to the outputs", async () => {
    const execution = await run([read([await vpc()])], { outputs: ["read.Cidr"] });
    expect(execution.Outputs).toEqual({ "read.Cidr": ["10.1.0.0/16"] });
  });

  test("fails with the error of the API", async () => {
    const execution = await run([read(["vpc-00000000"])]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(execution.FailureMessage).toContain("InvalidVpcID.NotFound");
  });

  test("says that a permission was missing", async () => {
    emulator.faults.add({
      match: { automationOnly: true, operation: "DescribeVpcs" },
      kind: { error: { code: "UnauthorizedOperation" } },
    });
    const execution = await run([read([])]);
    expect(stepOf(execution, "read").FailureDetails?.FailureType).toBe("Permission");
  });

  test("tries throttled calls again", async () => {
    emulator.faults.add({
      match: { automationOnly: true, operation: "DescribeVpcs", times: 2 },
      kind: { throttle: true },
    });
    expect((await run([read([])])).AutomationExecutionStatus).toBe("Success");
  });
});

test("aws:sleep takes seven days and no more, and aws:approve a message of 4,096 characters", async () => {
  const why = async (action: string, inputs: object, timeoutSeconds = 1): Promise<string> =>
    (await run([{ name: "wait", action, timeoutSeconds, inputs }])).FailureMessage ?? "";
  expect(await why("aws:sleep", { Duration: "P7DT1S" })).toContain("longer than 604800 seconds");
  expect(await why("aws:sleep", { Timestamp: "2999-01-01T00:00:00Z" })).toContain(
    "longer than 604800 seconds",
  );
  expect(await why("aws:sleep", { Duration: "P7D" })).toContain("timed out");
  const asking = (length: number) => ({ Approvers: ["ann"], Message: "m".repeat(length) });
  expect(await why("aws:approve", asking(4097))).toContain("Message has 4097 characters");
  expect(await why("aws:approve", asking(4096))).toContain("timed out");
});

const property = (kind: "assert" | "waitFor", id: string, rest: object = {}): Step => ({
  name: "look",
  action: `aws:${kind}AwsResourceProperty`,
  inputs: {
    Service: "ec2",
    Api: "DescribeVpcs",
    VpcIds: [id],
    PropertySelector: "$.Vpcs[0].Tags[0].Value",
    DesiredValues: ["ready", "done"],
  },
  ...rest,
});

const tag = (id: string, Value: string) =>
  ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "state", Value }] }));

describe("aws:assertAwsResourceProperty", () => {
  test("succeeds for a desired value, and fails for another or none", async () => {
    const id = await vpc();
    const none = await run([property("assert", id)]);
    expect(none.FailureMessage).toContain("Found: [nothing at $.Vpcs[0].Tags[0].Value]");
    await tag(id, "new");
    const other = await run([property("assert", id)]);
    expect(other.FailureMessage).toContain("Desired: [ready, done]. Found: [new]");
    await tag(id, "done");
    expect((await run([property("assert", id)])).AutomationExecutionStatus).toBe("Success");
  });
});

describe("aws:waitForAwsResourceProperty", () => {
  test("looks until the value is there", async () => {
    const id = await vpc();
    const execution = await start(ssm, await create(ssm, [property("waitFor", id)]));
    await until(() => emulator.calls.of({ executionId: execution, step: "look" }).length > 1);
    await tag(id, "ready");
    await emulator.engine.settled(execution);
    expect((await get(ssm, execution)).AutomationExecutionStatus).toBe("Success");
  });

  test("ends with its timeout", async () => {
    const execution = await run([property("waitFor", await vpc(), { timeoutSeconds: 60 })]);
    expect(execution.AutomationExecutionStatus).toBe("TimedOut");
  });
});

describe("images", () => {
  const instance = async (): Promise<string> => {
    const image = "ami-12c6146b";
    const input = { ImageId: image, MinCount: 1, MaxCount: 1 };
    const { Instances } = await ec2.send(new RunInstancesCommand(input));
    return Instances?.[0]?.InstanceId ?? "";
  };

  test("are made, copied with encryption and tagged, each awaited", async () => {
    const execution = await run(
      [
        {
          name: "make",
          action: "aws:createImage",
          inputs: { InstanceId: await instance(), ImageName: "evidence", NoReboot: true },
        },
        {
          name: "copy",
          action: "aws:copyImage",
          inputs: {
            SourceRegion: "{{ global:REGION }}",
            SourceImageId: "{{ make.ImageId }}",
            ImageName: "evidence-encrypted",
            Encrypted: true,
          },
        },
        {
          name: "label",
          action: "aws:createTags",
          inputs: {
            ResourceType: "EC2",
            ResourceIds: ["{{ copy.ImageId }}"],
            Tags: [{ Key: "of", Value: "{{ make.ImageState }}" }],
          },
        },
      ],
      { outputs: ["copy.ImageId", "copy.ImageState"] },
    );
    expect(states(execution)).toEqual({ make: "Success", copy: "Success", label: "Success" });
    const [id = ""] = execution.Outputs?.["copy.ImageId"] ?? [];
    expect(execution.Outputs?.["copy.ImageState"]).toEqual(["available"]);
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
    expect(Images).toMatchObject([{ Name: "evidence-encrypted", State: "available" }]);
    const Filters = [{ Name: "resource-id", Values: [id] }];
    const { Tags } = await ec2.send(new DescribeTagsCommand({ Filters }));
    expect(Tags).toMatchObject([{ Key: "of", Value: "available" }]);
    const create = emulator.calls
      .of({ executionId: execution.AutomationExecutionId ?? "", step: "make" })
      .find(({ operation }) => operation === "CreateImage");
    expect(create?.parameters).toMatchObject({ NoReboot: true, Name: "evidence" });
  });

  test("that fail fail the step and say why", async () => {
    await emulator.settings({ imageFailure: "Client.InternalError" }, account);
    const execution = await run([
      {
        name: "make",
        action: "aws:createImage",
        inputs: { InstanceId: await instance(), ImageName: "lost" },
      },
    ]);
    await emulator.settings({ imageFailure: "" }, account);
    expect(execution.FailureMessage).toMatch(/The image ami-\w+ is failed: .*Client.InternalError/);
  });
});

describe("aws:executeScript", () => {
  test("returns a hundred items of a list at most", async () => {
    const inputs = {
      Runtime: "python3.11",
      Handler: "handler",
      Script: "def handler(events, context): return list(range(150))",
    };
    const outputs = [{ Name: "All", Selector: "$.Payload", Type: "StringList" }];
    const step = { name: "many", action: "aws:executeScript", inputs, outputs };
    expect((await run([step], { outputs: ["many.All"] })).Outputs?.["many.All"]).toHaveLength(100);
  });

  test("runs no runtime that is gone", async () => {
    const inputs = { Runtime: "python3.8", Handler: "handler", Script: "handler = print" };
    const execution = await run([{ name: "old", action: "aws:executeScript", inputs }]);
    expect(execution.FailureMessage).toContain("not python3.8");
  });
});
