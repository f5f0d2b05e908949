/** Calls of the emulator itself to moto, which no fault meets and no log shows. */
import type { WireResponse } from "./errors.ts";
import type { Moto } from "./moto.ts";
import { parseXml, type XmlNode } from "./xml.ts";

/** A call to a service that moto can't answer (a status from 500) is an error: it says nothing of what is there. */
export interface Admin {
  /** A query-protocol call; gives the root element of the answer, also of an error. */
  query(
    scope: { readonly accessKeyId: string; readonly region: string; readonly service: string },
    parameters: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly root: XmlNode | undefined }>;
  /** A GET of a REST service; gives the status and the answer's text. */
  get(
    scope: { readonly accessKeyId: string; readonly region: string; readonly service: string },
    target: string,
  ): Promise<{ readonly status: number; readonly text: string }>;
  /** A JSON-protocol call; gives the answer. */
  json(
    scope: { readonly accessKeyId: string; readonly region: string; readonly service: string },
    target: string,
    input: unknown,
  ): Promise<{ readonly status: number; readonly output: unknown }>;
  /** A request to moto's own interface, below /moto-api/. */
  own(
    method: string,
    target: string,
    input?: unknown,
  ): Promise<{ readonly status: number; readonly output: unknown }>;
}

export function createAdmin(moto: Moto): Admin {
  const signed = (scope: { accessKeyId: string; region: string; service: string }): string[] => [
    "Authorization",
    `AWS4-HMAC-SHA256 Credential=${scope.accessKeyId}/20200101/${scope.region}/${scope.service}/aws4_request, SignedHeaders=host, Signature=0`,
    "Host",
    "localhost",
  ];
  return {
    query: async (scope, parameters) => {
      const response = await moto.send({
        method: "POST",
        target: "/",
        headers: [
          ...signed(scope),
          "Content-Type",
          "application/x-www-form-urlencoded; charset=utf-8",
        ],
        body: Buffer.from(new URLSearchParams(parameters).toString()),
      });
      const root = parseXml(answered(response));
      return { status: response.status, root };
    },
    get: async (scope, target) => {
      const headers = signed(scope);
      const response = await moto.send({ method: "GET", target, headers, body: Buffer.alloc(0) });
      return { status: response.status, text: answered(response) };
    },
    json: async (scope, target, input) => {
      const response = await moto.send({
        method: "POST",
        target: "/",
        headers: [
          ...signed(scope),
          ...["Content-Type", "application/x-amz-json-1.1", "X-Amz-Target", target],
        ],
        body: Buffer.from(JSON.stringify(input)),
      });
      const output: unknown = JSON.parse(answered(response) || "{}");
      return { status: response.status, output };
    },
    own: async (method, target, input = {}) => {
      const response = await moto.send({
        method,
        target,
        headers: ["Content-Type", "application/json", "Host", "localhost"],
        body: Buffer.from(JSON.stringify(input)),
      });
      const text = response.body.toString("utf8");
      return { status: response.status, output: jsonOr(text) };
    },
  };
}

/** The text of an answer. @throws Error for one that is none */
function answered({ status, body }: WireResponse): string {
  const text = body.toString("utf8");
  if (status >= 500) throw new Error(`moto failed with status ${status}: ${text.slice(0, 500)}`);
  return text;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
