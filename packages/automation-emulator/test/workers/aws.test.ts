import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { ApiJob, JobResult, RunningJob } from "../../src/engine/jobs.ts";
import { credentials, lines, payloadOf, workersAtEmulator } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const at = workersAtEmulator();

const env = { ...credentials, AWS_EXECUTION_ENV: "automation-1.step.1" };

function call(
  service: string,
  operation: string,
  parameters: ApiJob["parameters"] = {},
): Promise<JobResult> {
  const limits = { timeoutSeconds: 60, timeScale: 100 };
  return at.workers.run({ kind: "api", service, operation, parameters, env, ...limits }).result;
}

test("a call answers with JSON: no metadata, times in ISO 8601", async () => {
  const created = payloadOf(
    await call("ec2", "CreateVolume", { AvailabilityZone: "us-east-1a", Size: 1 }),
  );
  expect(created).toMatchObject({ Size: 1, CreateTime: expect.stringMatching(/^\d{4}-.*T.*Z$/) });
  expect(created).not.toHaveProperty("ResponseMetadata");
  expect(payloadOf(await call("ec2", "describe_volumes"))).toMatchObject({
    Volumes: [{ Size: 1 }],
  });
});

test("bytes come as base64", async () => {
  const key = payloadOf(await call("kms", "CreateKey")) as { KeyMetadata: { KeyId: string } };
  const parameters = { KeyId: key.KeyMetadata.KeyId, Plaintext: "secret" };
  const { CiphertextBlob } = payloadOf(await call("kms", "Encrypt", parameters)) as {
    CiphertextBlob: string;
  };
  expect(CiphertextBlob).toMatch(/^[A-Za-z0-9+/]+=*$/);
});

test("a call's failures have AWS's codes, and throttling is for the engine to repeat", async () => {
  const wrong = await call("ec2", "DescribeVolumes", { VolumeIds: ["vol-0123456789abcdef0"] });
  expect(wrong).toMatchObject({
    status: "error",
    code: "InvalidVolume.NotFound",
    message: expect.stringMatching(/^An error occurred \(InvalidVolume.NotFound\)/),
    retryable: false,
  });
  at.emulator.calls.clear();
  at.emulator.faults.add({ match: { operation: "DescribeImages" }, kind: { throttle: true } });
  expect(await call("ec2", "DescribeImages")).toMatchObject({ status: "error", retryable: true });
  expect(at.emulator.calls.all()).toHaveLength(1);
  at.emulator.faults.clear();
});

test.each([
  ["ec2", "DescribeVolumes", { Wrong: 1 }, "ParamValidationError"],
  ["ec2", "DescribeNothing", {}, "UnknownOperation"],
  ["nothing", "Describe", {}, "UnknownServiceError"],
  ["s3", "GetObject", { Bucket: "b", Key: "k" }, "UnsupportedOperation"],
])("%s %s with %o is refused as %s", async (service, operation, parameters, code) => {
  expect(await call(service, operation, parameters)).toMatchObject({ status: "error", code });
});

/** The answer to DescribeVolumes comes after a minute. */
function slowVolumes(more: Partial<ApiJob> = {}): RunningJob {
  at.emulator.calls.clear();
  at.emulator.faults.add({ match: { operation: "DescribeVolumes" }, kind: { delayMs: 60_000 } });
  const common = { service: "ec2", operation: "DescribeVolumes", parameters: {}, env } as const;
  return at.workers.run({ kind: "api", ...common, timeoutSeconds: 1000, timeScale: 100, ...more });
}

test("a killed call ends at once, and others go on", async () => {
  const running = slowVolumes();
  const other = call("ec2", "DescribeVpcs");
  expect(await other).toMatchObject({ status: "success" });
  running.kill();
  expect(await running.result).toEqual({ status: "killed", log: "" });
  await running.ended;
  at.emulator.faults.clear();
});

test("a call that gets no answer times out", async () => {
  expect(await slowVolumes({ timeoutSeconds: 2 }).result).toEqual({ status: "timeout", log: "" });
  at.emulator.faults.clear();
});

test("a call that runs on has its timeout told, and ends later", async () => {
  const running = slowVolumes({ timeoutSeconds: 2, runsOnSeconds: 1000 });
  expect(await running.result).toEqual({ status: "timeout", log: "" });
  running.kill();
  await running.ended;
  at.emulator.faults.clear();
});

test.skipIf(process.platform !== "linux")(
  "when the process that makes calls dies, its calls fail and the next one works",
  async () => {
    const running = slowVolumes();
    // Its process has taken the one before by then.
    expect(await call("ec2", "DescribeVpcs")).toMatchObject({ status: "success" });
    const parent = lines("import os", "return os.getppid()");
    const zygote = Number(payloadOf(await at.workers.run(parent).result));
    const [caller] = readFileSync(`/proc/${zygote}/task/${zygote}/children`, "utf8").split(" ");
    process.kill(Number(caller), "SIGKILL");
    expect(await running.result).toMatchObject({
      status: "error",
      code: "ProcessEnded",
      message: "The process that makes calls was ended by signal SIGKILL.",
    });
    at.emulator.faults.clear();
    expect(await call("ec2", "DescribeVpcs")).toMatchObject({ status: "success" });
  },
);

test("a script's clients reach the emulator, with their own Config too, and are told apart", async () => {
  at.emulator.calls.clear();
  const job = lines(
    "import boto3",
    "from botocore.config import Config",
    "s3 = boto3.client('s3', config=Config(retries={'mode': 'standard'}))",
    "s3.create_bucket(Bucket='evidence')",
    "s3.put_object(Bucket='evidence', Key='a/b', Body=b'text')",
    "control = boto3.Session().client('s3control')",
    "block = {'BlockPublicAcls': True}",
    "control.put_public_access_block(AccountId='111122223333', PublicAccessBlockConfiguration=block)",
    "found = control.get_public_access_block(AccountId='111122223333')",
    "boto3.client('ec2').describe_instances()",
    "return [s3.get_object(Bucket='evidence', Key='a/b')['Body'].read().decode(),",
    "        found['PublicAccessBlockConfiguration']['BlockPublicAcls']]",
  );
  expect(payloadOf(await at.workers.run({ ...job, env }).result)).toEqual(["text", true]);
  const calls = at.emulator.calls.all();
  expect(calls.map(({ service }) => service)).toEqual([
    "s3",
    "s3",
    "s3control",
    "s3control",
    "ec2",
    "s3",
  ]);
  for (const one of calls) {
    expect(one).toMatchObject({ executionId: "1", step: "step", attempt: 1, outcome: "ok" });
    expect(one.accountId).toBe("111122223333");
  }
});

test("a script gets at nothing but the emulator", async () => {
  const job = lines("import urllib.request", "urllib.request.urlopen('https://example.com/')");
  expect(await at.workers.run(job).result).toMatchObject({ status: "error", code: "URLError" });
});
