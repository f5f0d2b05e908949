/** The gateway's HTTP server: reads requests, sends answers. What happens between is in pipeline.ts. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WireResponse } from "./errors.ts";
import { headerOf } from "./moto.ts";
import { createPipeline } from "./pipeline.ts";
import { type Answer, type Arrival, dropped, type GatewayParts } from "./ports.ts";

export interface GatewayServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts the server. Port 0 takes a free one.
 *
 * @throws the error of node:net when the address or the port can't be had
 */
export async function startServer(
  parts: GatewayParts,
  port = 0,
  host = "127.0.0.1",
): Promise<GatewayServer> {
  const pipeline = createPipeline(parts);
  const listen = async (at: number, address: string): Promise<Server> => {
    const server = createServer((incoming, response) => {
      serve(pipeline, incoming, response).catch((error: unknown) => {
        if (incoming.socket.destroyed) return;
        console.error("The emulator failed on a request:", error);
        response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      });
    });
    // Clients keep connections for long, and one that is closed under them looks like a fault of AWS.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(at, address, resolve);
    });
    return server;
  };
  const address = host === "localhost" ? "127.0.0.1" : host;
  const first = await listen(port, address);
  const { port: taken } = first.address() as AddressInfo;
  // The steps of automations reach the emulator on loopback, whatever else it listens on.
  const servers = [first];
  if (!reachesLoopback.test(address)) {
    servers.push(
      await listen(taken, "127.0.0.1").catch((error: unknown) => {
        first.close();
        throw error;
      }),
    );
  }
  return {
    port: taken,
    close: async () => {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

/** Addresses by which 127.0.0.1 is listened on. */
const reachesLoopback = /^(?:127\.0\.0\.1|0\.0\.0\.0|::)$/;

async function serve(
  pipeline: (arrival: Arrival) => Promise<Answer>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const arrival = arrivalOf(incoming, Buffer.concat(chunks));
  const answer = await pipeline(arrival);
  if (answer === dropped) incoming.socket.destroy();
  else send(response, arrival.request.method, answer);
}

function arrivalOf(incoming: IncomingMessage, body: Buffer): Arrival {
  const url = incoming.url ?? "/";
  // A client that takes this server for its HTTP proxy sends the whole URL.
  const proxied = /^https?:\/\/[^/]+(\/.*)?$/i.exec(url);
  const target = proxied === null ? url : (proxied[1] ?? "/");
  const at = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return {
    request: {
      method: incoming.method ?? "GET",
      path: at < 0 ? target : target.slice(0, at),
      query: new URLSearchParams(at < 0 ? "" : target.slice(at + 1)),
      headers,
      body,
    },
    url,
    target,
    rawHeaders: incoming.rawHeaders,
    port: incoming.socket.localPort ?? 0,
    isGone: () => incoming.socket.destroyed,
  };
}

function send(response: ServerResponse, method: string, answer: WireResponse): void {
  const bodyless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  const sized = headerOf(answer.headers, "content-length") !== undefined;
  const length = sized || bodyless ? [] : ["Content-Length", String(answer.body.length)];
  response.sendDate = headerOf(answer.headers, "date") === undefined;
  response.writeHead(answer.status, [...answer.headers, ...length]);
  response.end(bodyless ? undefined : answer.body);
}
