/** Workers, with an AWS or without one, and the jobs of the tests. */
import { existsSync, readFileSync } from "node:fs";
import { findPython } from "automation-language/python";
import { afterAll, beforeAll } from "vitest";
import type { JobResult, ScriptJob, Workers } from "../../src/engine/jobs.ts";
import { startWorkers, type WorkersOptions } from "../../src/engine/workers.ts";
import { type Emulator, startEmulator } from "../../src/index.ts";

export const credentials = { AWS_ACCESS_KEY_ID: "111122223333", AWS_SECRET_ACCESS_KEY: "emulator" };

/** @param timeScale of all jobs */
export function startTestWorkers(options: Partial<WorkersOptions> = {}, timeScale = 1): Workers {
  const workers = startWorkers({
    python: findPython(),
    // Nobody listens there.
    endpoint: "http://127.0.0.1:9",
    region: "us-east-1",
    ...options,
  });
  return { ...workers, run: (job) => workers.run({ ...job, timeScale }) };
}

/** An emulator for the tests of a file, and workers at it whose sleeping is 100 times as fast; there while tests run. */
export function workersAtEmulator(): { readonly emulator: Emulator; readonly workers: Workers } {
  const both = {} as { emulator: Emulator; workers: Workers };
  beforeAll(async () => {
    both.emulator = await startEmulator();
    both.workers = startTestWorkers({ endpoint: both.emulator.endpoint }, 100);
  });
  afterAll(async () => {
    await both.workers.close();
    await both.emulator.close();
  });
  return both;
}

/** A job whose handler is called `handler`. */
export function script(text: string, more: Partial<ScriptJob> = {}): ScriptJob {
  const common = { payload: {}, env: credentials, timeoutSeconds: 60, timeScale: 1 };
  return { kind: "script", script: text, handler: "handler", ...common, ...more };
}

/** A job whose handler does these lines. */
export function lines(...body: string[]): ScriptJob {
  return script(["def handler(events, context):", ...body.map((line) => `    ${line}`)].join("\n"));
}

/** What a job that succeeded returned. */
export function payloadOf(result: JobResult): unknown {
  if (result.status !== "success") throw new Error(`The job failed: ${JSON.stringify(result)}`);
  return result.payload;
}

/** Whether the process runs: one that has ended counts as gone even when its parent has not asked for it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // The letter after the name in parentheses is the state (proc_pid_stat(5)); other systems have no /proc.
    return (
      !existsSync("/proc/self/stat") || !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
    );
  } catch {
    return false;
  }
}
