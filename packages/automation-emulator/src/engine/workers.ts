/** The processes in which steps run. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseJson, toJson } from "automation-language/values";
import pLimit from "p-limit";
import { packageFile } from "../files.ts";
import type { Job, JobResult, RunningJob, Workers } from "./jobs.ts";

export interface WorkersOptions {
  /** A Python with boto3. */
  readonly python: string;
  /** The emulator's, as `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly region: string;
  /** Scripts that run at once; 8 by default. The others wait. */
  readonly concurrency?: number;
}

/** What worker.py says. */
type Report =
  | { readonly id: number; readonly pid: number }
  | { readonly id: number; readonly overdue: true; readonly log: string }
  | { readonly id: number; readonly log: string; readonly result: Record<string, unknown> };

/** worker.py, from its start to its end. */
interface Zygote {
  /** @param tell hears of the result once, perhaps before the job has ended */
  start(id: number, job: Job, tell: (result: JobResult) => void): Promise<void>;
  kill(id: number): void;
  readonly alive: boolean;
  /** Ends every job and the process, and waits for that. */
  close(): Promise<void>;
}

/** Calls that are made at once: they wait for answers more than they compute. */
const callsAtOnce = 32;

/** A close that takes longer than this many milliseconds becomes a SIGKILL. */
const patience = 5000;

/**
 * Starts the process that forks a child for each script and one for all calls. Scripts share nothing, and all jobs end
 * with it, with `close` and with this process. When it dies, its jobs fail and the next one starts it anew.
 *
 * Steps run as long as AWS lets them: `timeoutSeconds` of AWS time, in which sleeping is as fast as the job's
 * `timeScale` says and computing is not.
 *
 * The `message` of a failed script is `CLASS: TEXT`; that of a failed call is botocore's text.
 */
export function startWorkers(options: WorkersOptions): Workers {
  const limits = { script: pLimit(options.concurrency ?? 8), api: pLimit(callsAtOnce) };
  let lastId = 0;
  let closing: Promise<void> | undefined;
  let zygote = startZygote(options);
  const killed: JobResult = { status: "killed", log: "" };

  const run = (job: Job): RunningJob => {
    lastId += 1;
    const id = lastId;
    let host: Zygote | undefined;
    let tell: (result: JobResult) => void = () => undefined;
    let unwanted = false;
    const result = new Promise<JobResult>((resolve) => {
      tell = resolve;
    });
    const ended = limits[job.kind](async () => {
      if (unwanted || closing !== undefined) return tell(killed);
      if (!zygote.alive) zygote = startZygote(options);
      host = zygote;
      await host.start(id, job, tell);
    }).catch((error: unknown) => {
      const message = `The process that runs steps did not start: ${String(error)}`;
      tell({ status: "error", code: "WorkerDied", message, retryable: false, log: "" });
    });
    const kill = (): void => {
      unwanted = true;
      if (host === undefined) tell(killed);
      else host.kill(id);
    };
    return { result, ended, kill };
  };
  const close = (): Promise<void> => {
    closing ??= zygote.close();
    return closing;
  };
  return { run, close };
}

function startZygote({ python, endpoint, region }: WorkersOptions): Zygote {
  const folder = mkdtempSync(join(tmpdir(), "steps-"));
  const program = packageFile("engine", "worker.py");
  // Isolated (-I): neither this folder nor the user's packages and PYTHON variables reach a step.
  const flags = ["-I", "-B", "-X", "utf8"];
  const args = [...flags, program, folder, endpoint, region];
  // An environment of its own: a step sees nothing of the developer's shell, not from its parent's /proc either.
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" };
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"], env });
  const waiting = new Map<number, { tell(result: JobResult): void; end(): void }>();
  const groups = new Map<number, number>();
  let alive = true;
  let words = "";
  const send = (message: unknown): void => {
    if (alive) child.stdin.write(`${toJson(message)}\n`);
  };
  const gone = (async () => {
    const how = await ending(child, (text) => {
      words = (words + text).slice(-4000);
    });
    alive = false;
    // A process that was killed could not end its jobs itself.
    for (const group of groups.values()) killGroup(group);
    const message = `The process that runs steps ended (${how}). ${words.trim()}`.trim();
    for (const { tell, end } of waiting.values()) {
      tell({ status: "error", code: "WorkerDied", message, retryable: false, log: "" });
      end();
    }
    waiting.clear();
    await rm(folder, { recursive: true, force: true });
  })();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const report = parseJson(line) as Report;
    if ("pid" in report) {
      groups.set(report.id, report.pid);
      return;
    }
    const job = waiting.get(report.id);
    if ("overdue" in report) {
      job?.tell({ status: "timeout", log: report.log });
      return;
    }
    groups.delete(report.id);
    job?.tell({ ...report.result, log: report.log } as unknown as JobResult);
    job?.end();
    waiting.delete(report.id);
  });
  return {
    get alive() {
      return alive;
    },
    start: (id, job, tell) =>
      new Promise((end) => {
        waiting.set(id, { tell, end });
        send({ id, job });
      }),
    kill: (id) => send({ kill: id }),
    close: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), patience);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Waits until the process has ended and its output is read; says how it ended. */
function ending(
  child: ChildProcessWithoutNullStreams,
  hear: (text: string) => void,
): Promise<string> {
  // A write to a process that has gone must not end this one.
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", hear);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit status ${code}`));
  });
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
