/** One attempt of a step: resolve its inputs, run its action, read its outputs. */
import { clientEnvironment } from "../gateway/environment.ts";
import type { ActionContext } from "./actions/action.ts";
import { actions } from "./actions/index.ts";
import type { Clock } from "./clock.ts";
import type { StepDefinition } from "./document.ts";
import { StepFailure, StepStopped, StepTimeout } from "./errors.ts";
import type { Job, JobResult } from "./jobs.ts";
import { readOutputs } from "./outputs.ts";
import type { Credentials, Tools } from "./tools.ts";
import { resolve, resolveScript, type Scope } from "./variables.ts";

/** How a step is ended from outside. */
export interface Ending {
  /** The step is over: the execution was cancelled or killed. */
  readonly signal: AbortSignal;
  /** All that runs is over, as in a crash. */
  readonly kill: AbortSignal;
  /** Hears of each job, which may run on after its step. */
  readonly begun: (ended: Promise<void>) => void;
}

/** Where and as whom a step runs. */
export interface Setting {
  readonly executionId: string;
  readonly accountId: string;
  readonly region: string;
  /** The role's, or where there is none the caller's. */
  readonly credentials: Credentials;
  /**
   * The role's. Without a role a script runs without any permission: "an IAM service role is always required if the
   * script calls any AWS API".
   * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
   */
  readonly scriptCredentials: Credentials | undefined;
}

export interface Attempted {
  /** What the selectors looked into; shown as OutputPayload. */
  readonly result: unknown;
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly next?: string;
}

/** The inputs of a step with values in place of references. @throws StepFailure */
export function resolveInputs(
  { inputs }: StepDefinition,
  scope: Scope,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      name === "Script" && typeof value === "string"
        ? resolveScript(value, scope)
        : resolve(value, scope),
    ]),
  );
}

/** @throws StepFailure, StepTimeout, StepStopped */
export async function attemptStep(
  tools: Tools,
  setting: Setting,
  step: StepDefinition,
  inputs: Readonly<Record<string, unknown>>,
  attempt: number,
  clock: Clock,
  ending: Ending,
  setVariable: ActionContext["setVariable"],
): Promise<Attempted> {
  const { signal } = ending;
  const action = actions.get(step.action);
  if (action === undefined) {
    throw new StepFailure(
      `The emulator does not run the action ${step.action}. It runs ${[...actions.keys()].join(", ")}.`,
      { stage: "InputValidation", type: "Verification" },
    );
  }
  const { credentials, scriptCredentials } = setting;
  const own = { AWS_EXECUTION_ENV: `automation-${setting.executionId}.${step.name}.${attempt}` };
  const env = { ...environment(tools, setting, credentials), ...own };
  const scriptEnv = { ...environment(tools, setting, scriptCredentials), ...own };
  const runJob = (job: Job): Promise<JobResult> => work(tools, job, ending);
  const context: ActionContext = {
    inputs,
    region: setting.region,
    setVariable,
    sleep: (seconds) => clock.sleep(seconds, signal),
    call: async (service, operation, parameters) => {
      for (let tried = 1; ; tried += 1) {
        const timeoutSeconds = within(clock, apiSeconds);
        const job = { kind: "api", service, operation, parameters, env, timeoutSeconds } as const;
        const result = await runJob(job);
        if (result.status === "success") return result.payload;
        if (result.status !== "error" || !result.retryable || tried === apiTries) {
          throw problem(result);
        }
        await clock.sleep(2 ** tried, signal);
      }
    },
    script: async (script, handler, payload) => {
      const timeoutSeconds = within(clock, scriptSeconds);
      const result = await runJob({
        kind: "script",
        script,
        handler,
        payload,
        env: scriptEnv,
        timeoutSeconds,
      });
      if (result.status === "success") return { payload: result.payload, log: result.log };
      throw problem(result);
    },
  };
  const { result, outputs, next } = await action.run(context);
  return {
    result,
    outputs: new Map([...Object.entries(outputs ?? {}), ...readOutputs(step.outputs, result)]),
    ...(next !== undefined && { next }),
  };
}

/** The longest that an API call or a script may take, in AWS seconds. */
const apiSeconds = 25;
const scriptSeconds = 600;
/** Throttled calls are tried again; AWS does not say how often. */
const apiTries = 4;

function within(clock: Clock, most: number): number {
  const left = clock.left();
  if (left <= 0) throw new StepTimeout("The step took longer than its timeout.");
  return Math.min(most, left);
}

function environment(
  { endpoint }: Tools,
  { accountId, region }: Setting,
  credentials: Credentials | undefined,
): Readonly<Record<string, string>> {
  const {
    AWS_ACCESS_KEY_ID: _id,
    AWS_SECRET_ACCESS_KEY: _secret,
    AWS_SESSION_TOKEN: _token,
    ...common
  } = clientEnvironment(endpoint, accountId, region);
  if (credentials === undefined) return common;
  return {
    ...common,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

/** Runs a job until it has a result or the step is ended; then the job is killed, or runs on. */
async function work(
  { workers, cancelledScripts }: Tools,
  job: Job,
  { signal, kill, begun }: Ending,
): Promise<JobResult> {
  if (signal.aborted) throw new StepStopped();
  const runsOn = cancelledScripts === "runOn";
  const most = job.kind === "script" ? scriptSeconds : apiSeconds;
  const running = workers.run(runsOn ? { ...job, runsOnSeconds: most } : job);
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

function problem(result: Exclude<JobResult, { status: "success" }>): Error {
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
