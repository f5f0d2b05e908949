import { createAdmin } from "./front/admin.ts";
import { type CallLog, createCallLog } from "./front/calls.ts";
import { clientEnvironment } from "./front/environment.ts";
import { createFaultBoard, type FaultBoard } from "./front/faults.ts";
import { createGate } from "./front/iam/gate.ts";
import { createIdentities, defaultAccount } from "./front/identities.ts";
import { modelLoader } from "./front/models.ts";
import { startMoto } from "./front/moto.ts";
import { type Automation, startFront } from "./front/server.ts";
import { botocoreModels, findPython } from "./python.ts";

export interface EmulatorOptions {
  /** The Python with moto and boto3; the project's own by default. */
  readonly python?: string;
  /** Default us-east-1. */
  readonly region?: string;
  /** Seconds of AWS time per real second, for the sleeps inside the engine and scripts; 1 by default. */
  readonly timeScale?: number;
  /** Enforce IAM for every assumed role; `iam.enforce` does it for one account or role. */
  readonly enforceIam?: boolean;
  /** Append each AWS call to this file, one JSON object a line. */
  readonly logFile?: string;
  /** Default 0: a free one. */
  readonly port?: number;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly engine: Automation;
  readonly iam: {
    /**
     * Enforces IAM for all roles of an account (12 digits), for one role (its ARN) or for everyone (`*`).
     * Gives the function that ends it.
     */
    enforce(target: string): () => void;
  };
  /**
   * Turns knobs of the AWS behind the front, such as quotas and delays (emulator/moto/knobs.py), for one
   * account or for all.
   *
   * @throws Error for a knob that does not exist.
   */
  knobs(values: Readonly<Record<string, unknown>>, accountId?: string): Promise<void>;
  /** Environment variables for any AWS client, as the administrator of the account. */
  env(accountId?: string): Record<string, string>;
  /** Stops moto, running scripts and the server; may be called again. */
  close(): Promise<void>;
}

/**
 * Starts a local AWS: moto with its gaps mended, and in front of it the SSM Automation engine, the log of
 * calls, the fault board and IAM enforcement.
 *
 * An access key id of 12 digits is the administrator of the account with that number, so each test can
 * have an account of its own.
 *
 * @throws Error when Python, moto or the port is not to be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const python = options.python ?? findPython();
  const region = options.region ?? "us-east-1";
  const [moto, modelFolder] = await Promise.all([startMoto(python), botocoreModels(python)]);
  const models = modelLoader(modelFolder);
  const calls = createCallLog(options.logFile);
  const faults = createFaultBoard();
  const admin = createAdmin(moto);
  const identities = createIdentities(admin);
  const gate = createGate(admin, identities, options.enforceIam ?? false);
  const engine: Automation = { handle: async () => ({}), kill: () => undefined };
  const front = await startFront(
    {
      moto,
      models,
      identities,
      calls,
      faults,
      gate,
      control: { calls, faults, enforce: gate.enforce },
      automation: () => engine,
    },
    options.port,
  );
  const endpoint = `http://127.0.0.1:${front.port}`;
  let closing: Promise<void> | undefined;
  return {
    endpoint,
    calls,
    faults,
    engine,
    iam: { enforce: gate.enforce },
    knobs: async (values, account) => {
      const { status, output } = await admin.post("/moto-api/knobs", { ...values, account });
      if (status !== 200) throw new Error(`The knobs were refused: ${JSON.stringify(output)}`);
    },
    env: (accountId = defaultAccount) => clientEnvironment(endpoint, accountId, region),
    close: () => {
      closing ??= (async () => {
        await front.close();
        await moto.close();
        await calls.close();
      })();
      return closing;
    },
  };
}
