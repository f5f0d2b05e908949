import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Job, JobResult, Workers } from "../../src/engine/jobs.ts";
import { credentials, lines, payloadOf, script, startTestWorkers } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let workers: Workers;
beforeAll(() => {
  workers = startTestWorkers();
});
afterAll(() => workers.close());

const run = (job: Job): Promise<JobResult> => workers.run(job).result;

describe("a script", () => {
  test("gets its payload, and its return and what it printed come back", async () => {
    const text = [
      "import sys",
      "print('loaded')",
      "def answer(events, context):",
      "    print('grüße'); print('wrong', file=sys.stderr)",
      "    return {'sum': sum(events['numbers']), 'none': None, 'é': 'ü'}",
    ];
    const payload = { numbers: [1, 2] };
    expect(await run(script(text.join("\n"), { handler: "answer", payload }))).toEqual({
      status: "success",
      payload: { sum: 3, none: null, é: "ü" },
      log: "loaded\ngrüße\nwrong\n",
    });
  });

  test("sees its own environment and no other's", async () => {
    process.env.AWS_PROFILE = "of-the-user";
    const other = startTestWorkers();
    try {
      const job = script("import os\ndef handler(e, c): return dict(os.environ)", {
        env: { ...credentials, AWS_EXECUTION_ENV: "automation-1.step.1", AWS_REGION: "eu-west-1" },
      });
      const seen = payloadOf(await other.run(job).result);
      expect(seen).toMatchObject({
        ...credentials,
        AWS_EXECUTION_ENV: "automation-1.step.1",
        AWS_REGION: "eu-west-1",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      });
      expect(seen).not.toHaveProperty("AWS_PROFILE");
      expect(seen).not.toHaveProperty("NODE_ENV");
    } finally {
      delete process.env.AWS_PROFILE;
      await other.close();
    }
  });

  test("finds nothing of the jobs before it", async () => {
    const text = `
import boto3, json, os, pathlib, random
def handler(events, context):
    found = [os.listdir("."), os.environ.get("LEFT"), hasattr(json, "left"), boto3.DEFAULT_SESSION is None,
             "left" in globals()]
    pathlib.Path("left").write_text("x")
    os.environ["LEFT"] = "x"
    json.left = True
    boto3.client("ec2")
    globals()["left"] = True
    return {"found": found, "random": random.random()}
`;
    const first = payloadOf(await run(script(text)));
    const second = payloadOf(await run(script(text)));
    const clean = [[], null, false, true, false];
    expect([first, second]).toMatchObject([{ found: clean }, { found: clean }]);
    expect(first).not.toEqual(second);
  });

  test.each(["emulator", "worker_job", "steps"])(
    "cannot import %s of this project",
    async (name) => {
      const result = await run(lines(`import ${name}`));
      expect(result).toMatchObject({ status: "error", code: "ModuleNotFoundError" });
    },
  );

  test("cannot disturb the protocol by what it writes or closes", async () => {
    const noise = lines(
      "import os",
      "for fd in range(3, 64):",
      "    try: os.write(fd, b'noise\\n')",
      "    except OSError: pass",
      "os.write(1, b'{\"id\": 1}\\n')",
      "return 1",
    );
    expect(await run(noise)).toEqual({ status: "success", payload: 1, log: '{"id": 1}\n' });
    expect(payloadOf(await run(lines("return 2")))).toBe(2);
  });

  test("may have dataclasses and type hints", async () => {
    const text = `
from __future__ import annotations
import dataclasses, typing
@dataclasses.dataclass
class Point:
    x: int
    other: Point | None = None
def handler(events, context):
    return [list(typing.get_type_hints(Point)), dataclasses.asdict(Point(1)), __name__ == "__main__"]
`;
    const point = { x: 1, other: null };
    expect(payloadOf(await run(script(text)))).toEqual([["x", "other"], point, false]);
  });

  test("keeps the end of a long log", async () => {
    const { log } = await run(lines("print('x' * 200_000 + 'end')"));
    expect(log.length).toBe(64 * 1024);
    expect(log.endsWith("xend\n")).toBe(true);
  });
});

describe("a failed script", () => {
  test("reports the exception, its notes, and the script's own lines", async () => {
    const job = lines("error = KeyError('gone')", "error.add_note('look here')", "raise error");
    const result = await run(job);
    expect(result).toMatchObject({
      status: "error",
      code: "KeyError",
      message: "KeyError: 'gone'",
      retryable: false,
    });
    const text = result.status === "error" ? result.traceback : "";
    expect(text).toMatch(
      /^Traceback[^\n]*\n {2}File "[^"]*customer_script.py", line 4, in handler/,
    );
    expect(text).toMatch(/raise error\n.*KeyError: 'gone'\nlook here\n$/s);
    expect(text).not.toContain("worker");
  });

  test.each([
    ["InvalidInstanceID.NotFound", false],
    ["RequestLimitExceeded", true],
    ["SlowDown", true],
  ])("reports AWS's code %s, retryable: %s", async (code, retryable) => {
    const job = lines(
      "from botocore.exceptions import ClientError",
      `raise ClientError({"Error": {"Code": "${code}", "Message": "No."}}, "DescribeInstances")`,
    );
    const message = `ClientError: An error occurred (${code}) when calling the DescribeInstances operation: No.`;
    expect(await run(job)).toMatchObject({ status: "error", code, message, retryable });
  });

  test.each([
    ["that does not compile", script("def handler(:"), "SyntaxError"],
    ["without its handler", script("x = 1"), "AttributeError"],
    ["that fails when loaded", script("1 / 0"), "ZeroDivisionError"],
    ["that exits", lines("import sys; sys.exit(3)"), "SystemExit"],
    ["that leaves", lines("import os; os._exit(3)"), "ProcessEnded"],
    ["that crashes", lines("import os; os.abort()"), "ProcessEnded"],
    ["that returns what is no JSON", lines("return {'at': object()}"), "TypeError"],
    ["that returns no number", lines("return float('nan')"), "ValueError"],
    ["that returns too much", lines("return 'x' * 100_001"), "PayloadTooLarge"],
  ])("%s is an error", async (_, job, code) => {
    expect(await run(job)).toMatchObject({ status: "error", code, retryable: false });
  });

  test("says how its process ended", async () => {
    const [left, crashed] = await Promise.all([
      run(lines("import os; print('so far'); os._exit(3)")),
      run(lines("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")),
    ]);
    expect(left).toMatchObject({ message: expect.stringContaining("status 3"), log: "so far\n" });
    expect(crashed).toMatchObject({ message: expect.stringContaining("SIGSEGV") });
  });

  test.each([
    ["a pipe that nobody fills", "os.path.exists(path) and os.unlink(path); os.mkfifo(path)"],
    ["a link", "os.path.exists(path) and os.unlink(path); os.symlink('/etc/hostname', path)"],
    ["no JSON", "open(path, 'w').write('}')"],
    ["JSON as deep as none", "open(path, 'w').write('[' * 100_000)"],
  ])("may leave %s in the place of its files, and harms nobody but itself", async (_, leave) => {
    const body = [
      "import os",
      "for name in ('result', 'log', 'clients'):",
      "    path = os.path.join(os.path.dirname(os.getcwd()), name)",
      `    ${leave}`,
      "os._exit(3)",
    ];
    expect(await run(lines(...body))).toMatchObject({ status: "error", code: "ProcessEnded" });
    expect(payloadOf(await run(lines("return 7")))).toBe(7);
  });
});

test("lists are cut at 100 items, as AWS does", async () => {
  const many = "list(range(150))";
  const payload = payloadOf(await run(lines(`return {'a': {'b': ${many}}, 'c': [1]}`)));
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  expect(payload).toEqual({ a: { b: hundred }, c: [1] });
  expect(payloadOf(await run(lines(`return ${many}`)))).toEqual(hundred);
});

test("a payload of 100 KB passes", async () => {
  expect(payloadOf(await run(lines("return 'x' * 99_998")))).toHaveLength(99_998);
});
