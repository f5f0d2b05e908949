import type { FaultKind, StepBoundary } from "../gateway/faults.ts";
import type { Caller } from "../gateway/ports.ts";
import type { EngineTime } from "./clock.ts";
import type { CommandStub } from "./commands.ts";
import type { Workers } from "./jobs.ts";

/** What all executions share. */
export interface Tools {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly workers: Workers;
  readonly python: string;
  readonly time: EngineTime;
  /** AWS seconds that each script step costs beyond what its script takes. */
  readonly scriptSeconds: number;
  readonly commands: CommandStub;
  readonly cancelledScripts: CancelledScripts;
  /** The faults that a step meets when it begins or has ended. */
  readonly faultsAtStep: (boundary: StepBoundary) => readonly FaultKind[];
}

/**
 * What becomes of a script whose step is cancelled or times out: it is killed, or it runs on to its end while the
 * execution goes on, for instance on the path of onCancel. AWS documents nowhere that it kills one, so a runbook that
 * must be safe is to be tried with both. An execution that is killed, as by a crash, takes its scripts with it either
 * way. `engine.settled` waits for scripts that run on.
 */
export type CancelledScripts = "kill" | "runOn";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The caller's own credentials, for documents without a role. The emulator checks no signatures. */
export const callerCredentials = (caller: Caller): Credentials => ({
  accessKeyId: caller.accessKeyId,
  secretAccessKey: caller.secretAccessKey ?? "emulator",
  sessionToken: caller.sessionToken ?? "",
});

/** The administrator of an account, as whom Systems Manager itself acts. */
export const administrator = (accountId: string): Credentials => ({
  accessKeyId: accountId,
  secretAccessKey: "emulator",
  sessionToken: "",
});
