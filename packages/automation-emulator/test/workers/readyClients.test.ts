/** A job may find a client made (engine/ready_clients.py): nothing must tell it from one that the job makes itself. */
import { expect, test, vi } from "vitest";
import type { ScriptJob } from "../../src/engine/jobs.ts";
import { payloadOf, script, workersAtEmulator } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const at = workersAtEmulator();

/** The environment of the job with this number. */
const envOf = (number: number): ScriptJob["env"] => ({
  AWS_ACCESS_KEY_ID: String(111_122_223_330 + number),
  AWS_SECRET_ACCESS_KEY: "emulator",
  AWS_SESSION_TOKEN: `token-${number}`,
  AWS_EXECUTION_ENV: `automation-${number}.step.1`,
});

/** Runs a script whose `made()` makes the client: what it is and sends, and whether it was there. */
const told = async (number: number, made: string, operation: string): Promise<unknown> =>
  payloadOf(await at.workers.run(script(asking(made, operation), { env: envOf(number) })).result);

const asking = (made: string, operation: string): string => `
import os
import boto3
from botocore.config import Config

def made():
    ${made.split("\n").join("\n    ")}

def handler(events, context):
    client = made()
    sent = []
    client.meta.events.register("before-send", lambda request, **_: sent.append(request))
    answered = client.${operation}()["ResponseMetadata"]["HTTPStatusCode"]
    varies = ("amz-sdk-invocation-id", "amz-sdk-request", "X-Amz-Date")
    headers = {name: str(value) for name, value in sent[0].headers.items() if name not in varies}
    headers["Authorization"] = headers["Authorization"].partition(", Signature")[0]
    # What a client has used shows in the header of its calls.
    headers["User-Agent"] = " ".join(sorted(headers["User-Agent"].split()))
    config = {name: repr(getattr(client.meta.config, name)) for name in
              ("region_name", "retries", "read_timeout", "max_pool_connections", "user_agent", "signature_version")}
    return {"ready": boto3.DEFAULT_SESSION is None, "answered": answered, "config": config,
            "sent": [sent[0].method, sent[0].url, headers, str(sent[0].body)],
            "at": client.meta.endpoint_url, "count": len(sent)}
`;

const plain = 'CLIENT("ec2")';
const configured =
  'CLIENT("ec2", config=Config(retries={"mode": "standard", "total_max_attempts": 7}, read_timeout=20))';

test.each([
  ["describe_vpcs", plain],
  ["describe_vpcs", configured],
  ["list_buckets", 'CLIENT("s3", region_name="eu-west-1")'],
  ["describe_parameters", 'CLIENT("ssm", config=Config(read_timeout=20))'],
])("%s by %s is the same call by a client that was there", async (operation, made) => {
  const ready = `return ${made.replace("CLIENT", "boto3.client")}`;
  const own = `return ${made.replace("CLIENT", "boto3.session.Session().client")}`;
  for (const number of [1, 2])
    expect(await told(number, ready, operation)).toMatchObject({ ready: false });
  const [found, itself] = [await told(3, ready, operation), await told(3, own, operation)];
  expect(found).toMatchObject({ ready: true, answered: 200, count: 1 });
  expect(found).toEqual(itself);
  expect(JSON.stringify(found)).toContain("automation-3.step.1");
  expect(JSON.stringify(found)).toContain("token-3");
  expect(JSON.stringify(found)).not.toMatch(
    /automation-[12]|token-[12]|Credential=(?:ready|11112222333[12])/,
  );
});

test.each([
  [
    "another endpoint",
    'os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"',
    { at: "http://127.0.0.1:1" },
  ],
  [
    "a session of its own",
    'boto3.setup_default_session(region_name="eu-west-3")',
    { config: { region_name: "'eu-west-3'" } },
  ],
  [
    "a configuration file of its own",
    'os.environ["AWS_CONFIG_FILE"] = "own"\nos.environ["AWS_MAX_ATTEMPTS"] = "9"',
    { config: { retries: expect.stringContaining("9") } },
  ],
])("a script with %s gets a client that heeds it", async (_, before, seen) => {
  for (const number of [1, 2]) await told(number, `return boto3.client("ec2")`, "describe_vpcs");
  const made = `${before}\nclient = boto3.client("ec2")\nclient.meta.events.register("before-send", answer)\nreturn client`;
  const text = asking(made, "describe_vpcs").replace(
    "def handler",
    'import io\nfrom botocore.awsrequest import AWSResponse\nclass Body(io.BytesIO):\n    def stream(self, **_):\n        yield self.read()\ndef answer(request, **_):\n    return AWSResponse(request.url, 200, {}, Body(b"<Answer/>"))\n\ndef handler',
  );
  expect(payloadOf(await at.workers.run(script(text, { env: envOf(4) })).result)).toMatchObject({
    ready: false,
    ...seen,
  });
});

test("what a script does to a client that was there ends with it", async () => {
  const spoil =
    'client = boto3.client("ec2")\nclient.describe_vpcs = None\nreturn boto3.session.Session().client("ec2")';
  for (const number of [1, 2, 3]) await told(number, spoil, "describe_vpcs");
  expect(await told(4, 'return boto3.client("ec2")', "describe_vpcs")).toMatchObject({
    ready: true,
    answered: 200,
  });
});

test("what a script leaves in the place of what it would have liked harms nobody", async () => {
  const garbage = [
    "{}",
    '[1, null, "x"]',
    "nonsense",
    '[["ec2", null, null]]',
    JSON.stringify([7, "7", '{"a": 1}', "[1, 2, 3]", '["nothing", null, null]']),
    JSON.stringify([
      '["ec2", {}, null]',
      '["ec2", null, {"proxies": {"http": "http://127.0.0.1:1"}}]',
    ]),
    '["[\\"ec2\\", null, {\\"wrong\\": 1}, {}]", "[\\"ec2\\", null, {\\"wrong\\": 1}, {}]"]',
  ];
  for (const text of garbage) {
    const leave = `import os, pathlib\n\ndef handler(events, context):\n    (pathlib.Path.cwd().parent / "clients").write_text(events["text"])\n    return os.getpid()`;
    expect(
      typeof payloadOf(
        await at.workers.run(script(leave, { payload: { text }, env: envOf(5) })).result,
      ),
    ).toBe("number");
  }
  expect(await told(6, 'return boto3.client("sts")', "get_caller_identity")).toMatchObject({
    answered: 200,
  });
});
