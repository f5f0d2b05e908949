import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { trespass } from "automation-emulator/gateway/stages/closed";
import { z } from "zod";
import { isFault } from "./faults.ts";
import { type Assets, buildAssets } from "./page.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** The rehearsal's page, being served. */
export interface WebServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What the page may do: its own files, from this server. @see https://www.w3.org/TR/CSP3/ */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/** The largest body: parameters of an execution are far smaller. */
const BODY_LIMIT = 256 * 1024;

/**
 * Serves the page of a rehearsal on a free port of loopback. Behind the emulator's door: other hosts' names and other
 * origins' pages get nothing.
 */
export async function serve(rehearsal: Rehearsal): Promise<WebServer> {
  const assets = await buildAssets();
  const server = createServer((request, response) => {
    answer(rehearsal, assets, request)
      .catch((error: unknown): Answer => failure(error))
      .then((found) => send(response, found));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const json = (body: unknown, status = 200): Answer => ({
  status,
  type: "application/json",
  body: JSON.stringify(body),
});

class Refused extends Error {}

/** What could not be done, as a sentence for the page. */
function failure(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return json({ message }, 400);
  if (error instanceof Error && "code" in error && /^E(?:CONN|PIPE)/.test(String(error.code)))
    return json(
      {
        message:
          "The local AWS has ended. Press Ctrl-C where npm start runs, then start it again: npm start -- --web",
      },
      503,
    );
  return json({ message: `The local AWS did not answer as it should: ${message}` }, 503);
}

async function answer(
  rehearsal: Rehearsal,
  assets: Assets,
  request: IncomingMessage,
): Promise<Answer> {
  if (isTrespass(request))
    return {
      status: 403,
      type: "text/plain",
      body: "The rehearsal answers its own page only, at the address that npm start -- --web printed.\n",
    };
  const [path = ""] = (request.url ?? "/").split("?");
  const asset = request.method === "GET" ? assets[path] : undefined;
  if (asset !== undefined) return { status: 200, ...asset };
  const [, place, id = ""] = /^(\/api\/executions|\/reports)\/([0-9a-f-]{36})$/.exec(path) ?? [];
  switch (`${request.method} ${place ?? path}`) {
    case "GET /api/beginning":
      return json(await rehearsal.beginning());
    case "GET /api/now":
      return json(await rehearsal.now());
    case "GET /api/executions":
      return json(await rehearsal.run(id));
    case "GET /reports":
      return { status: 200, type: "text/html", body: await rehearsal.report(id) };
    case "POST /api/executions":
      return json(await rehearsal.start(await read(request, parametersForm)));
    case "POST /api/faults":
      rehearsal.setFaults(await read(request, faultsForm));
      return json({});
    case "POST /api/reset":
      await read(request, z.object({}));
      await rehearsal.reset();
      return json({});
    default:
      return json({ message: `There is no ${request.method} ${path}.` }, 404);
  }
}

const parametersForm = z.record(z.string(), z.array(z.string()));
const faultsForm = z.array(z.string().refine(isFault, "There is no fault of this name."));

function isTrespass({ headers, url = "/", socket }: IncomingMessage): boolean {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) texts[name] = String(value);
  return trespass({ request: { headers: texts }, url, port: socket.localPort ?? 0 }) !== undefined;
}

/** Reads a JSON body, which a page of another origin could not send without asking first. */
async function read<Form>(request: IncomingMessage, form: z.ZodType<Form>): Promise<Form> {
  if (request.headers["content-type"] !== "application/json")
    throw new Refused("The body must be application/json.");
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new Refused("The body is too long.");
  }
  const parsed = form.safeParse(parseJson(text));
  if (!parsed.success) throw new Refused(z.prettifyError(parsed.error));
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refused(`The body is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    // A report brings a policy of its own, with the digests of its styles and script.
    "content-security-policy": body.includes('http-equiv="Content-Security-Policy"')
      ? "frame-ancestors 'self'"
      : POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
  });
  response.end(body);
}
