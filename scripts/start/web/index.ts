import type { Emulator } from "automation-emulator";
import type { Compiled } from "../../../document/compile.ts";
import { createRehearsal } from "./rehearsal.ts";
import { serve, type WebServer } from "./server.ts";

/** Serves a rehearsal in the browser: an account on the emulator with an instance, and its page on loopback. */
export async function serveRehearsal(
  emulator: Emulator,
  accountId: string,
  region: string,
  compiled: Compiled,
): Promise<WebServer> {
  return serve(await createRehearsal(emulator, accountId, region, compiled));
}
