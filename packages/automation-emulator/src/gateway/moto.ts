/** moto as a child process, and the way to it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Agent, request } from "undici";
import { packageFile } from "../files.ts";
import type { WireResponse } from "./errors.ts";

export interface Moto {
  /** Sends a request on as it is and gives the answer as it is. */
  send(request: {
    readonly method: string;
    /** Path and query as they came. */
    readonly target: string;
    /** Names and values in turn, as they came. */
    readonly headers: readonly string[];
    readonly body: Buffer;
  }): Promise<WireResponse>;
  /** Why it answers no more; undefined while it does. */
  failure(): string | undefined;
  close(): Promise<void>;
}

/** Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "te",
]);

/**
 * Starts moto and waits until it answers, on a socket in a folder that only this user can enter: no web page reaches
 * it, and no other user. It ends when this process closes its standard input, and so also when this process dies.
 *
 * @throws Error with moto's own last words when it does not come up.
 */
export async function startMoto(
  python: string,
  stateFile?: string,
  serve: string = packageFile("patched_moto", "serve.py"),
): Promise<Moto> {
  const folder = await mkdtemp(join(tmpdir(), "moto-"));
  const socketPath = join(folder, "socket");
  const state = stateFile === undefined ? [] : ["--state", stateFile];
  const child = spawn(python, [serve, "--socket", socketPath, ...state], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit").then(
    () => undefined,
    () => undefined,
  );
  let ended: string | undefined;
  child.once("exit", (code, signal) => {
    ended = `moto ended (${signal ?? `exit status ${code}`}), and what it held with it`;
  });
  let lastWords = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    lastWords = (lastWords + chunk).slice(-4000);
  });
  // A write to a child that has gone must not end this process: `exited` says it.
  child.stdin.on("error", () => undefined);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await Promise.race([
      firstLine(child.stdout),
      new Promise<never>((_, reject) => {
        child.once("error", reject);
        child.once("exit", (code) => {
          reject(new Error(`moto did not start (exit status ${code}):\n${lastWords.trim()}`));
        });
      }),
    ]);
  } catch (error) {
    child.kill("SIGKILL");
    await remove();
    throw error;
  }
  child.stdout.resume();
  const agent = new Agent({
    keepAliveTimeout: 60_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { socketPath },
  });
  return {
    send: async ({ method, target, headers, body }) => {
      const response = await request(`http://localhost${target}`, {
        dispatcher: agent,
        method: method as "GET",
        headers: forwarded(headers, method, body),
        body: body.length === 0 ? null : body,
        responseHeaders: "raw",
      });
      const raw = response.headers as unknown as readonly string[];
      return {
        status: response.statusCode,
        headers: without(raw, (name) => hopByHop.has(name)),
        body: Buffer.from(await response.body.arrayBuffer()),
      };
    },
    failure: () => ended,
    close: async () => {
      await agent.destroy();
      child.stdin.end();
      // A large state takes its time to be written.
      const late = setTimeout(() => child.kill("SIGKILL"), stateFile === undefined ? 3000 : 60_000);
      await exited;
      clearTimeout(late);
      await remove();
    },
  };
}

/** Waits for a line; if the process ends without one, its exit status and last words say more. */
async function firstLine(stdout: NodeJS.ReadableStream): Promise<void> {
  for await (const _ of createInterface({ input: stdout })) return;
  return new Promise<never>(() => undefined);
}

/** What came, but for the headers of the connection; the body is complete, so its length is known. */
function forwarded(headers: readonly string[], method: string, body: Buffer): string[] {
  const out = without(
    headers,
    (name) => hopByHop.has(name) || name === "expect" || name === "content-length",
  );
  const bodyless =
    body.length === 0 && (method === "GET" || method === "HEAD" || method === "DELETE");
  return bodyless ? out : [...out, "content-length", String(body.length)];
}

function without(headers: readonly string[], drop: (name: string) => boolean): string[] {
  const out: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const [name = "", value = ""] = [headers[at], headers[at + 1]];
    if (!drop(name.toLowerCase())) out.push(name, value);
  }
  return out;
}

/** The value of a header in a list of names and values. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() === name) return headers[at + 1];
  }
  return undefined;
}
