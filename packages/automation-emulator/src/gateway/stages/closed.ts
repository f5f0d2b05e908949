/**
 * Closed to web pages. A page in the developer's browser can send requests to loopback, and through a host name of its
 * own (DNS rebinding) even read the answers; whoever can call the emulator can run code with executeScript.
 *
 * - Host must name loopback, with the port of this server: https://owasp.org/www-community/attacks/DNS_Rebinding
 * - Origin and Sec-Fetch-Site are what browsers say of the page that sends a request, and nobody else sends them:
 *   https://fetch.spec.whatwg.org/#origin-header and https://www.w3.org/TR/fetch-metadata/
 *
 * patched_moto/closed.py holds moto to the same where it listens on a port.
 */
import type { WireResponse } from "../errors.ts";
import type { Arrival, GatewayParts, Stage } from "../ports.ts";

/**
 * Loopback by name or address. A bucket or an account may stand before it, and no name server answers for either:
 * `bucket.localhost` is loopback by definition (RFC 6761), `123456789012.127.0.0.1` is no host name at all.
 */
const loopback = /^(?:(?:[a-z0-9-]+\.)*(?:localhost|127\.0\.0\.1)|127(?:\.\d{1,3}){3}|\[::1\])$/i;

export function closedToPages({
  allowedHosts,
}: Pick<GatewayParts, "allowedHosts">): Stage<Arrival> {
  return async (arrival, next) => {
    const reason = refusal(arrival, allowedHosts);
    return reason === undefined ? next() : plainText(...reason);
  };
}

/** What of a request the door looks at; `url` is that of the request line. */
export type Knock = Pick<Arrival, "url" | "port"> & {
  readonly request: Pick<Arrival["request"], "headers">;
};

/**
 * Why a request is not for a server of this machine's own user: it takes the server for a proxy, names another host,
 * or comes from a page that is not the server's own. Undefined where it may come in.
 */
export function trespass(
  { request: { headers }, url, port }: Knock,
  allowedHosts: readonly string[] = [],
): "proxy" | "host" | "page" | undefined {
  const proxied = /^https?:\/\/([^/]+)/i.exec(url)?.[1];
  if (proxied !== undefined && !isOurs(proxied, port, allowedHosts)) return "proxy";
  const host = headers.host ?? "";
  if (!isOurs(host, port, allowedHosts)) return "host";
  const { origin, referer } = headers;
  const ownPage = `http://${host}`;
  const fromElsewhere =
    (origin !== undefined && origin !== ownPage) ||
    (referer !== undefined && !referer.startsWith(`${ownPage}/`)) ||
    !["same-origin", "none", undefined].includes(headers["sec-fetch-site"]);
  return fromElsewhere || "access-control-request-method" in headers ? "page" : undefined;
}

/** The answer to a request that is refused: its status and words. */
function refusal(
  arrival: Arrival,
  allowedHosts: readonly string[],
): readonly [number, string] | undefined {
  const host = arrival.request.headers.host ?? "";
  switch (trespass(arrival, allowedHosts)) {
    case "proxy":
      return [502, `This is the emulator of AWS, not a proxy for ${arrival.url}.`];
    case "host":
      return [
        403,
        `The emulator answers as localhost:${arrival.port} or 127.0.0.1:${arrival.port}, not as "${host}". Start it with --allow-host ${host === "" ? "NAME:PORT" : host} to let that name in.`,
      ];
    case "page":
      return [403, "The emulator does not answer web pages."];
    case undefined:
      return undefined;
  }
}

function isOurs(authority: string, port: number, allowedHosts: readonly string[]): boolean {
  const [, name = "", given = "80"] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return (
    (loopback.test(name) && Number(given) === port) ||
    allowedHosts.includes(authority.toLowerCase())
  );
}

/** A refusal without any header that a page could use. */
function plainText(status: number, text: string): WireResponse {
  return { status, headers: ["content-type", "text/plain"], body: Buffer.from(`${text}\n`) };
}
