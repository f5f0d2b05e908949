/** One attempt of a step: runs its action and reads its outputs. */
import { clientEnvironment } from "../gateway/environment.ts";
import type { ActionContext } from "./actions/action.ts";
import { actions } from "./actions/index.ts";
import { environmentOf } from "./call.ts";
import type { Clock } from "./clock.ts";
import { checkVariable } from "./documentVariables.ts";
import { StepTimeout, wrongInput } from "./errors.ts";
import { isFinal, type StepRecord } from "./executions.ts";
import type { Frame } from "./frames.ts";
import type { Job, JobResult } from "./jobs.ts";
import { holdStep } from "./lifecycle.ts";
import { iterate, type Left } from "./loop.ts";
import type { Walk } from "./machine.ts";
import { runSecondary } from "./nested.ts";
import { readOutputs } from "./outputs.ts";
import type { Credentials, Tools } from "./tools.ts";
import { waitForSignal } from "./waiting.ts";
import { apiSeconds, type Ending, problem, scriptSeconds, work } from "./work.ts";

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
  readonly left?: Left;
}

/**
 * @param way its clock is the step's
 * @throws StepFailure, StepTimeout, StepStopped
 */
export async function attemptStep(
  way: Walk,
  frame: Frame,
  step: StepRecord,
  attempt: number,
  inputs: Readonly<Record<string, unknown>>,
  ending: Ending,
): Promise<Attempted> {
  const { action: name, outputs: declared } = step.definition;
  const action = actions.get(name);
  if (action === undefined) {
    throw wrongInput(
      `The emulator does not run the action ${name}. It runs ${[...actions.keys()].join(", ")}.`,
    );
  }
  const context = contextOf(way, frame, step, attempt, inputs, ending);
  const { result, outputs, next, left } = await action.run(context);
  return {
    result,
    outputs: new Map([...Object.entries(outputs ?? {}), ...readOutputs(declared, result)]),
    ...(next !== undefined && { next }),
    ...(left !== undefined && { left }),
  };
}

function contextOf(
  way: Walk,
  frame: Frame,
  step: StepRecord,
  attempt: number,
  inputs: Readonly<Record<string, unknown>>,
  ending: Ending,
): ActionContext {
  const { machine, clock, signal } = way;
  const { execution, setting, tools } = machine;
  const agent = `automation-${setting.executionId}.${step.definition.name}.${attempt}`;
  const sleep = (seconds: number): Promise<void> => clock.sleep(seconds, signal);
  const limits = (most: number): Pick<Job, "timeoutSeconds" | "timeScale"> => ({
    timeoutSeconds: within(clock, most),
    timeScale: tools.time.scriptScale,
  });
  const run = async (job: Job): Promise<JobResult> => {
    const result = await work(tools, job, ending);
    clock.run.skip(result.skippedSeconds ?? 0);
    return result;
  };
  return {
    inputs,
    stepName: step.definition.name,
    region: setting.region,
    accountId: setting.accountId,
    signal,
    sleep,
    now: tools.time.now,
    scriptSeconds: tools.scriptSeconds,
    commandResult: tools.commands.resultOf,
    call: (service, operation, parameters, { seconds = apiSeconds, ...options } = {}) =>
      retryThrottled(sleep, () => {
        const env = environment(tools, setting, setting.credentials, agent);
        const call = { kind: "api", service, operation, parameters, ...options, env } as const;
        return run({ ...call, ...limits(seconds) });
      }),
    script: async (script, handler, payload) => {
      const env = environment(tools, setting, setting.scriptCredentials, agent);
      const job = { kind: "script", script, handler, payload, env } as const;
      const result = await run({ ...job, ...limits(scriptSeconds) });
      if (result.status === "success") return { payload: result.payload, log: result.log };
      throw problem(result);
    },
    setVariable: (variable, value) => {
      checkVariable(machine.variables, variable, value);
      execution.variables.set(variable, value);
    },
    awaitSignal: async (types, accept) => {
      holdStep(step, "Waiting");
      await waitForSignal(execution, step, types, accept, clock, signal);
      if (!isFinal(step.state)) holdStep(step, "InProgress");
    },
    iterate: (turn) => iterate(way, frame, step, turn),
    runAutomation: (request) => runSecondary(way, agent, request),
  };
}

/** Throttled calls are tried again; AWS does not say how often. */
const apiTries = 4;

async function retryThrottled(
  sleep: ActionContext["sleep"],
  call: () => ReturnType<typeof work>,
): Promise<unknown> {
  for (let tried = 1; ; tried += 1) {
    const result = await call();
    if (result.status === "success") return result.payload;
    if (result.status !== "error" || !result.retryable || tried === apiTries) throw problem(result);
    await sleep(2 ** tried);
  }
}

function within(clock: Clock, most: number): number {
  const left = clock.left();
  if (left <= 0) throw new StepTimeout("The step took longer than its timeout.");
  return Math.min(most, left);
}

function environment(
  { endpoint }: Tools,
  { accountId, region }: Setting,
  credentials: Credentials | undefined,
  agent: string,
): Readonly<Record<string, string>> {
  const {
    AWS_ACCESS_KEY_ID: _id,
    AWS_SECRET_ACCESS_KEY: _secret,
    AWS_SESSION_TOKEN: _token,
    ...common
  } = clientEnvironment(endpoint, accountId, region);
  return {
    ...common,
    ...(credentials !== undefined && environmentOf(credentials)),
    AWS_EXECUTION_ENV: agent,
  };
}
