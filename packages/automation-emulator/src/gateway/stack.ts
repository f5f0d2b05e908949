/** moto, and the server in front of it, put together. */
import { botocoreModels } from "../botocore.ts";
import { createAdmin } from "./admin.ts";
import { type CallLog, createCallLog } from "./calls.ts";
import { createClock, type EmulatorClock } from "./clock.ts";
import { answerControl } from "./control.ts";
import { createFaultBoard, type FaultBoard, type FiringFaultBoard } from "./faults.ts";
import { createAuthorizer } from "./iam/authorizer.ts";
import type { Guardrails } from "./iam/guardrails.ts";
import { createIdentities } from "./identities.ts";
import { modelLoader } from "./models.ts";
import { type Moto, startMoto } from "./moto.ts";
import type { Automation } from "./ports.ts";
import { startServer } from "./server.ts";

export interface StackOptions {
  readonly python: string;
  readonly enforceIam?: boolean;
  readonly logFile?: string;
  readonly port?: number;
  /** Where moto keeps its state between starts; nowhere by default. */
  readonly stateFile?: string;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** `name:port` of Host headers that are let in besides those of loopback. */
  readonly allowedHosts?: readonly string[];
}

export interface Stack<A extends Automation> {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly automation: A;
  readonly clock: EmulatorClock;
  /** Enforces IAM for an account, a role or everyone; gives the function that ends it. */
  enforce(target: string): () => void;
  readonly guardrails: Guardrails;
  /** As if it had just been started. */
  reset(): Promise<void>;
  settings(values: Readonly<Record<string, unknown>>, accountId?: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts moto and the gateway. The engine is made last, because its own calls go through the gateway.
 *
 * @throws Error when moto, the log file, the address or the port is not to be had; nothing is left running then.
 */
export async function startStack<A extends Automation>(
  options: StackOptions,
  createAutomation: (endpoint: string, faults: FiringFaultBoard) => A,
): Promise<Stack<A>> {
  const calls = createCallLog(options.logFile);
  const start = (): Promise<Moto> => startMoto(options.python, options.stateFile);
  const [first, modelFolder] = await Promise.all([start(), botocoreModels(options.python)]);
  let running = first;
  // What holds moto holds this, so that another process can take its place.
  const moto: Moto = {
    send: (request) => running.send(request),
    failure: () => running.failure(),
    close: () => running.close(),
  };
  const models = modelLoader(modelFolder);
  const faults = createFaultBoard();
  const admin = createAdmin(moto);
  const identities = createIdentities(admin);
  const authorizer = createAuthorizer(admin, identities, options.enforceIam ?? false);
  const { enforce, guardrails } = authorizer;
  let automation: A | undefined;
  const engine = (): A => {
    if (automation === undefined) throw new Error("The Automation engine has not started yet.");
    return automation;
  };
  const reset = async (): Promise<void> => {
    await engine().reset();
    if (running.failure() === undefined) {
      await admin.own("POST", "/moto-api/reset");
      await admin.own("DELETE", "/moto-api/settings");
    } else {
      await running.close();
      running = await start();
      // What is kept is there again.
      await admin.own("POST", "/moto-api/reset");
    }
    for (const part of [faults, calls, identities]) part.clear();
    authorizer.reset();
  };
  const settings = async (
    method: string,
    account: string | null,
    values: unknown,
  ): Promise<unknown> => {
    const query = account === null ? "" : `?account=${encodeURIComponent(account)}`;
    const { status, output } = await admin.own(method, `/moto-api/settings${query}`, values);
    if (status !== 200) throw new Error(`The settings were refused: ${JSON.stringify(output)}`);
    return output;
  };
  const { failure } = moto;
  const clock = createClock(() => engine().time, admin);
  const control = {
    ...{ calls, faults, enforce, guardrails, clock },
    ...{ failure, reset, settings, automation: engine },
  };
  try {
    const server = await startServer(
      {
        moto,
        models,
        identities,
        calls,
        faults,
        authorizer,
        control: (request) => answerControl(control, request),
        automation: engine,
        allowedHosts: options.allowedHosts ?? [],
      },
      options.port,
      options.host,
    );
    const endpoint = `http://127.0.0.1:${server.port}`;
    try {
      automation = createAutomation(endpoint, faults);
    } catch (error) {
      await server.close();
      throw error;
    }
    const made = automation;
    let closing: Promise<void> | undefined;
    return {
      endpoint,
      calls,
      faults,
      automation: made,
      clock,
      enforce,
      guardrails,
      reset,
      settings: async (values, account) => {
        await settings("POST", account ?? null, values);
      },
      close: () => {
        closing ??= (async () => {
          await server.close();
          await moto.close();
          await calls.close();
        })();
        return closing;
      },
    };
  } catch (error) {
    await moto.close();
    await calls.close();
    throw error;
  }
}
