import { join } from "node:path";
import { findPython } from "automation-language/python";
import { createEngine, type Engine } from "./engine/index.ts";
import type { CancelledScripts } from "./engine/tools.ts";
import type { CallLog } from "./gateway/calls.ts";
import { checkTimeScale, type EmulatorClock } from "./gateway/clock.ts";
import { clientEnvironment } from "./gateway/environment.ts";
import type { FaultBoard } from "./gateway/faults.ts";
import type { Guardrails } from "./gateway/iam/guardrails.ts";
import { defaultAccount } from "./gateway/identities.ts";
import { startStack } from "./gateway/stack.ts";

export interface EmulatorOptions {
  /** The Python with moto and boto3; the project's own by default. */
  readonly python?: string;
  /** Default us-east-1. */
  readonly region?: string;
  /**
   * Seconds of AWS time per real second, for the sleeps inside the engine and scripts; 1 by default, 10,000 at most.
   * With 0 the engine waits until `clock.advance`.
   */
  readonly timeScale?: number;
  /** Whether a script whose step is cancelled or times out is killed, as by default, or runs on to its end. */
  readonly cancelledScripts?: CancelledScripts;
  /**
   * AWS seconds that each script step costs beyond what its script takes, half before it and half after; on AWS it is
   * some seconds. 0 by default.
   */
  readonly stepSeconds?: number;
  /** Enforce IAM for every assumed role; `iam.enforce` does it for one account or role. */
  readonly enforceIam?: boolean;
  /** Append each AWS call to this file, one JSON object a line. */
  readonly logFile?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** The address to listen on; 127.0.0.1 by default. Whoever reaches it can run code on this machine. */
  readonly host?: string;
  /** `name:port` of Host headers that are let in besides those of loopback with the emulator's own port. */
  readonly allowedHosts?: readonly string[];
  /**
   * A folder in which what AWS holds and the executions are kept between starts; nowhere by default. Calls, faults,
   * guardrails and sessions of assumed roles are not kept.
   */
  readonly stateFolder?: string;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  /** The SSM Automation, and the ways to end an execution that AWS does not have. */
  readonly engine: Engine;
  /** The time of executions, and of images and instances that are on their way: to be shortened or advanced. */
  readonly clock: EmulatorClock;
  readonly iam: {
    /**
     * Enforces IAM for all roles of an account (12 digits), for one role (its ARN) or for everyone (`*`).
     * Gives the function that ends it.
     */
    enforce(target: string): () => void;
    /** Actions that are denied whatever the policies say, as a service control policy denies them. */
    readonly guardrails: Guardrails;
  };
  /**
   * Turns settings of the AWS behind the gateway, such as quotas and delays (patched_moto/settings.py), for one
   * account or for all.
   *
   * @throws Error for a setting that does not exist.
   */
  settings(values: Readonly<Record<string, unknown>>, accountId?: string): Promise<void>;
  /** Environment variables for any AWS client, as the administrator of the account. */
  env(accountId?: string): Record<string, string>;
  /** As if it had just been started: no resources, executions, calls, faults, guardrails; settings as at the start. */
  reset(): Promise<void>;
  /** Stops moto, running scripts and the server; may be called again. */
  close(): Promise<void>;
}

/**
 * Starts a local AWS: moto with its gaps patched, and before it the SSM Automation engine, the log of
 * calls, the fault board and IAM enforcement.
 *
 * An access key id of 12 digits is the administrator of the account with that number, so each test can
 * have an account of its own.
 *
 * @throws Error for a time scale that is none, and when Python, moto or the port is not to be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { region = "us-east-1", python = findPython(), timeScale = 1 } = options;
  checkTimeScale(timeScale);
  const {
    cancelledScripts = "kill",
    stepSeconds = 0,
    enforceIam,
    logFile,
    port,
    host,
    allowedHosts,
    stateFolder,
  } = options;
  const stack = await startStack(
    {
      python,
      ...(enforceIam !== undefined && { enforceIam }),
      ...(logFile !== undefined && { logFile }),
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
      ...(allowedHosts !== undefined && { allowedHosts }),
      ...(stateFolder !== undefined && { stateFile: join(stateFolder, "moto.pickle") }),
    },
    (endpoint, faults) =>
      createEngine({
        endpoint,
        region,
        python,
        timeScale,
        cancelledScripts,
        stepSeconds,
        ...(stateFolder !== undefined && { stateFolder: join(stateFolder, "executions") }),
        faultsAtStep: faults.fireAtStep,
      }),
  );
  return {
    endpoint: stack.endpoint,
    calls: stack.calls,
    faults: stack.faults,
    engine: stack.automation,
    clock: stack.clock,
    iam: { enforce: stack.enforce, guardrails: stack.guardrails },
    settings: stack.settings,
    reset: stack.reset,
    env: (accountId = defaultAccount) => clientEnvironment(stack.endpoint, accountId, region),
    close: async () => {
      await stack.automation.close();
      await stack.close();
    },
  };
}

export type { EmulatorClock } from "./gateway/clock.ts";
export type { Fault, FaultKind, FaultMatch } from "./gateway/faults.ts";
export type { Guardrail, Guardrails } from "./gateway/iam/guardrails.ts";
export { type FaultName, faultNames, namedFault } from "./gateway/namedFaults.ts";
