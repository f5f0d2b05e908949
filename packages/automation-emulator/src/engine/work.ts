/** Runs jobs for a step, until they have a result or the step is ended. */
import { defaultTimeout } from "automation-language/actions";
import { StepFailure, StepStopped, StepTimeout } from "./errors.ts";
import type { Job, JobResult } from "./jobs.ts";
import type { Tools } from "./tools.ts";

/** The longest that an API call or a script may take, in AWS seconds. */
export const apiSeconds = defaultTimeout("aws:executeAwsApi");
export const scriptSeconds = defaultTimeout("aws:executeScript");

/** How a step is ended from outside. */
export interface Ending {
  /** The step is over: the execution was cancelled or killed. */
  readonly signal: AbortSignal;
  /** All that runs is over, as in a crash. */
  readonly kill: AbortSignal;
  /** Hears of each job, which may run on after its step. */
  readonly begun: (ended: Promise<void>) => void;
}

/**
 * Runs a job. When the step is ended before it, the job is killed, or it runs on.
 *
 * @throws StepStopped
 */
export async function work(
  { workers, cancelledScripts }: Tools,
  job: Job,
  { signal, kill, begun }: Ending,
): Promise<JobResult> {
  if (signal.aborted) throw new StepStopped();
  const runsOn = cancelledScripts === "runOn";
  const most = job.kind === "script" ? scriptSeconds : apiSeconds;
  const runsOnSeconds = Math.max(most, job.timeoutSeconds);
  const running = workers.run(runsOn ? { ...job, runsOnSeconds } : job);
  begun(running.ended);
  kill.addEventListener("abort", running.kill, { once: true });
  running.ended.finally(() => kill.removeEventListener("abort", running.kill));
  let stop: () => void = () => undefined;
  const stopped = new Promise<"stopped">((resolve) => {
    stop = () => {
      if (!runsOn) running.kill();
      else resolve("stopped");
    };
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const result = await Promise.race([running.result, stopped]);
    // A job that ended just before its step was ended has ended in vain.
    if (result === "stopped" || signal.aborted || result.status === "killed") {
      throw new StepStopped();
    }
    return result;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The error that the result of a job is to its step. */
export function problem(result: Exclude<JobResult, { status: "success" }>): Error {
  if (result.status === "killed") return new StepStopped();
  if (result.status === "timeout") {
    return new StepTimeout("The step took longer than its timeout.", result.log);
  }
  const { code, message, traceback, retryable, log } = result;
  const denied = /AccessDenied|Unauthorized/.test(code);
  return new StepFailure(
    traceback === undefined ? message : scriptFailure(code, message, traceback),
    {
      type: retryable ? "Throttling" : denied ? "Permission" : "Action",
      code,
      log,
    },
  );
}

/** AWS writes the frames of a traceback and then, apart from them, the exception. */
function scriptFailure(code: string, message: string, traceback: string): string {
  const said = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
  const last = traceback.lastIndexOf(message);
  const frames = last < 0 ? traceback : traceback.slice(0, last);
  return `${frames.trimEnd()}\n\n${code} - ${said}`;
}
