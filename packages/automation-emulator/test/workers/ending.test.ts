import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ScriptJob, Workers } from "../../src/engine/jobs.ts";
import { inPackage, inProject } from "../project.ts";
import { isRunning, lines, payloadOf, startTestWorkers } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let workers: Workers;
let folder: string;
/** Stands for the emulator, the only place that a step reaches: steps report their process ids to it. */
let listener: Server;
let endpoint: string;
const reported = new Map<string, readonly number[]>();
let number = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ending-"));
  listener = createServer((request, response) => {
    // The emulator is the steps' proxy, too, and so gets whole URLs.
    const { pathname } = new URL(request.url ?? "", endpoint);
    const [, name = "", ...pids] = pathname.split("/");
    reported.set(name, pids.map(Number));
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  workers = startTestWorkers({ endpoint }, 50);
});
afterAll(async () => {
  await workers.close();
  await new Promise((resolve) => listener.close(resolve));
  await rm(folder, { recursive: true });
});

interface Hanging {
  readonly job: ScriptJob;
  /** Process ids of the job and of a process it started, as soon as they are there. */
  pids(): Promise<readonly [number, number]>;
}

/** A job that never ends, with a process of its own. */
function hanging(start = "subprocess.Popen(['sleep', '1000'])"): Hanging {
  number += 1;
  const name = `job-${number}`;
  const job = lines(
    "import os, subprocess, urllib.request",
    `other = ${start}`,
    "print('working')",
    "home = os.environ['AWS_ENDPOINT_URL']",
    `urllib.request.urlopen(f'{home}/${name}/{os.getpid()}/{other.pid}').close()`,
    "while True: other.poll()",
  );
  const pids = async (): Promise<readonly [number, number]> => {
    await vi.waitUntil(() => reported.has(name), { timeout: 30_000 });
    const [own = 0, other = 0] = reported.get(name) ?? [];
    return [own, other];
  };
  return { job, pids };
}

async function gone(pids: readonly number[]): Promise<void> {
  await vi.waitUntil(() => pids.every((pid) => !isRunning(pid)), { timeout: 30_000 });
}

test("a killed job ends with all its processes, and keeps what it printed", async () => {
  const { job, pids } = hanging();
  const running = workers.run(job);
  const both = await pids();
  expect(both.every(isRunning)).toBe(true);
  running.kill();
  expect(await running.result).toEqual({ status: "killed", log: "working\n" });
  await gone(both);
  running.kill();
});

test("a job that computes too long times out with all its processes", async () => {
  const { job, pids } = hanging();
  // Long enough to start a process on a busy machine.
  const running = workers.run({ ...job, timeoutSeconds: 6 });
  const both = await pids();
  expect(await running.result).toEqual({ status: "timeout", log: "working\n" });
  await gone(both);
});

test("a process that a job leaves behind ends with it", async () => {
  const job = lines("import subprocess", "return subprocess.Popen(['sleep', '1000']).pid");
  await gone([Number(payloadOf(await workers.run(job).result))]);
});

test("a process that has left its job's group, or its parent, ends with the job too", async () => {
  const { job, pids } = hanging("subprocess.Popen(['sleep', '1000'], start_new_session=True)");
  const running = workers.run(job);
  const both = await pids();
  running.kill();
  await running.result;
  await gone(both);
  const daemon = lines(
    "import os, subprocess",
    "shell = subprocess.run(['sh', '-c', 'setsid sleep 1000 > /dev/null 2>&1 & echo $!'], capture_output=True)",
    "return int(shell.stdout)",
  );
  await gone([Number(payloadOf(await workers.run(daemon).result))]);
});

test("sleeps are scaled, and a clock that measures them goes with them", async () => {
  const job = lines(
    "import time",
    "polls, deadline = 0, time.monotonic() + 100",
    "while time.monotonic() < deadline:",
    "    polls += 1",
    "    time.sleep(10)",
    "return polls",
  );
  expect(payloadOf(await workers.run({ ...job, timeoutSeconds: 600 }).result)).toBe(10);
});

test("a job that sleeps past its timeout times out", async () => {
  const job = lines("import time", "print('good night')", "time.sleep(601)");
  const result = await workers.run({ ...job, timeoutSeconds: 5 }).result;
  expect(result).toMatchObject({ status: "timeout", log: "good night\n" });
  // It says what it has not really slept.
  expect(result.skippedSeconds).toBeGreaterThan(4);
});

test("jobs run at once, as many as are allowed, and a waiting one can be killed", async () => {
  const narrow = startTestWorkers({ concurrency: 2, endpoint });
  try {
    const [first, second, third] = [hanging(), hanging(), hanging()];
    const running = [first, second, third].map(({ job }) => narrow.run(job));
    await Promise.all([first.pids(), second.pids()]);
    running[2]?.kill();
    expect(await running[2]?.result).toEqual({ status: "killed", log: "" });
    const next = narrow.run(lines("return 1"));
    running[0]?.kill();
    expect(payloadOf(await next.result)).toBe(1);
  } finally {
    await narrow.close();
  }
});

test("close ends running and waiting jobs, and leaves nothing", async () => {
  const narrow = startTestWorkers({ concurrency: 1, endpoint });
  const { job, pids } = hanging();
  const [running, waiting] = [narrow.run(job), narrow.run(lines("return 1"))];
  const both = await pids();
  await Promise.all([narrow.close(), narrow.close()]);
  await gone(both);
  expect(await running.result).toEqual({ status: "killed", log: "working\n" });
  expect(await waiting.result).toMatchObject({ status: "killed" });
  expect(await narrow.run(lines("return 1")).result).toMatchObject({ status: "killed" });
});

test("when the process that forks dies, its jobs fail and the next one works", async () => {
  const { job, pids } = hanging();
  const running = workers.run(job);
  const both = await pids();
  const parent = lines("import os", "return os.getppid()");
  process.kill(Number(payloadOf(await workers.run(parent).result)), "SIGKILL");
  const message = expect.stringContaining("SIGKILL");
  expect(await running.result).toMatchObject({ status: "error", code: "WorkerDied", message });
  await gone(both);
  expect(payloadOf(await workers.run(lines("return 1")).result)).toBe(1);
});

test("when this process dies, nothing stays behind", async () => {
  const { job, pids } = hanging();
  const program = join(folder, "program.ts");
  const harness = inPackage("test", "workers", "harness.ts");
  await writeFile(
    program,
    `import { startTestWorkers } from ${JSON.stringify(harness)};
     void startTestWorkers({ endpoint: ${JSON.stringify(endpoint)} }).run(${JSON.stringify(job)}).result;`,
  );
  const victim = execa("node", [inProject("scripts", "run.mjs"), program], { reject: false });
  const both = await pids();
  victim.kill("SIGKILL");
  await victim;
  await gone(both);
});

test("a Python that is not there fails the job and says so", async () => {
  const nowhere = startTestWorkers({ python: join(folder, "no-python") });
  expect(await nowhere.run(lines("return 1")).result).toMatchObject({
    status: "error",
    code: "WorkerDied",
    message: expect.stringContaining("ENOENT"),
  });
  await nowhere.close();
});
