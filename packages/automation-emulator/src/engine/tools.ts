import type { Caller } from "../gateway/ports.ts";
import type { Workers } from "./jobs.ts";

/** What all executions share. */
export interface Tools {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly workers: Workers;
  /** Seconds of AWS time per real second. */
  readonly timeScale: number;
}

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
