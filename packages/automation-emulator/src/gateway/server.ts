/** The HTTP server in front of moto and the Automation engine. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isAutomationCall } from "../engine/operations.ts";
import type { AwsCall, RecordingCallLog } from "./calls.ts";
import { isReadOnly } from "./calls.ts";
import { ConstraintError, checkInput } from "./constraints.ts";
import { type Control, handleControl } from "./control.ts";
import { type DecodedCall, decode } from "./decode.ts";
import {
  errorCode,
  errorResponse,
  type ServiceError,
  throttlingError,
  usualStatus,
  type WireResponse,
} from "./errors.ts";
import type { FaultKind, FiringFaultBoard, PendingCall } from "./faults.ts";
import type { Identities } from "./identities.ts";
import type { ModelLoader } from "./models.ts";
import { headerOf, type Moto } from "./moto.ts";
import type { WireRequest } from "./request.ts";

/** Who makes an Automation call, for the engine. */
export interface Caller {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly arn?: string;
}

/** What the server needs of the Automation engine. */
export interface Automation {
  /** @throws an error with `code` and `status` for an error of AWS. */
  handle(operation: string, input: unknown, caller: Caller): Promise<unknown>;
  kill(executionId: string): void;
}

/** What the gate says of a call. */
export interface Verdict {
  readonly denied?: ServiceError;
  /** The caller may not learn that an object is missing. */
  readonly hidesMissing?: boolean;
  readonly warning?: string;
}

/** Decides whether IAM lets a call through, and hears of calls that change what it decides on. */
export interface Gate {
  judge(call: DecodedCall): Promise<Verdict>;
  passed(call: DecodedCall, status: number): void;
}

export interface FrontParts {
  readonly moto: Moto;
  readonly models: ModelLoader;
  readonly identities: Identities;
  readonly calls: RecordingCallLog;
  readonly faults: FiringFaultBoard;
  readonly gate: Gate;
  readonly control: Control;
  /** The engine, which is made after the server, because it needs the server's address. */
  readonly automation: () => Automation;
}

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** A dropped connection: nobody gets an answer. */
const dropped = Symbol("dropped");
type Outcome = WireResponse | typeof dropped;

/** Starts the server on 127.0.0.1. Port 0 takes a free one. */
export async function startFront(parts: FrontParts, port = 0): Promise<Front> {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      if (request.socket.destroyed) return;
      console.error("The emulator failed on a request:", error);
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  // Clients keep connections for long, and one that is closed under them looks like a fault of AWS.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  parts: FrontParts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (isForeign(incoming)) {
    const text = `This is the emulator of AWS, no proxy for ${incoming.url}.`;
    response.writeHead(502, { "content-type": "text/plain" }).end(text);
    return;
  }
  const { request, target } = wireRequest(incoming, Buffer.concat(chunks));
  if (request.path.startsWith("/_emulator/")) {
    const answer = await handleControl(parts.control, request);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
    return;
  }
  if (request.path.startsWith("/moto-api/")) {
    const wire = {
      method: request.method,
      target,
      headers: incoming.rawHeaders,
      body: request.body,
    };
    send(response, request.method, await parts.moto.send(wire));
    return;
  }
  const call = await decode(request, parts.models, parts.identities.identify);
  const pending = pendingCall(parts.calls.nextId(), call);
  const result = await answer(parts, call, pending, incoming, {
    method: request.method,
    target,
    headers: incoming.rawHeaders,
    body: request.body,
  });
  record(parts.calls, pending, result, performance.now() - started);
  if (result.outcome === dropped) {
    incoming.socket.destroy();
    return;
  }
  send(response, request.method, result.outcome);
}

/** A request for a proxy that is for somebody else. */
function isForeign(incoming: IncomingMessage): boolean {
  const authority = /^https?:\/\/([^/]+)/.exec(incoming.url ?? "")?.[1];
  if (authority === undefined) return false;
  const port = (incoming.socket.address() as AddressInfo).port;
  return (
    !/(?:^|\.)(?:127\.0\.0\.1|localhost):\d+$/.test(authority) || !authority.endsWith(`:${port}`)
  );
}

function wireRequest(
  incoming: IncomingMessage,
  body: Buffer,
): { request: WireRequest; target: string } {
  // A client that takes this server for its HTTP proxy sends the whole URL.
  const proxied = /^http:\/\/[^/]+(\/.*)?$/.exec(incoming.url ?? "");
  const target = proxied === null ? (incoming.url ?? "/") : (proxied[1] ?? "/");
  const at = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  const request = {
    method: incoming.method ?? "GET",
    path: at < 0 ? target : target.slice(0, at),
    query: new URLSearchParams(at < 0 ? "" : target.slice(at + 1)),
    headers,
    body,
  };
  return { request, target };
}

function pendingCall(id: number, call: DecodedCall): PendingCall {
  const { service, operation, parameters, accountId, region, principal } = call;
  return {
    id,
    time: new Date().toISOString(),
    service,
    operation,
    parameters,
    accountId,
    region,
    principal,
    ...(call.executionId !== undefined && { executionId: call.executionId }),
    ...(call.step !== undefined && { step: call.step }),
    ...(call.attempt !== undefined && { attempt: call.attempt }),
    readOnly: isReadOnly(service, operation),
    ...(parameters.DryRun === true && service === "ec2" && { requestedDryRun: true }),
  };
}

interface Answered {
  readonly outcome: Outcome;
  /** The fault that decided the answer. */
  readonly fault?: string;
  readonly warning?: string;
}

async function answer(
  parts: FrontParts,
  call: DecodedCall,
  pending: PendingCall,
  incoming: IncomingMessage,
  wire: Parameters<Moto["send"]>[0],
): Promise<Answered> {
  let decisive: FaultKind | undefined;
  for (const { kind } of parts.faults.fire(pending)) {
    if ("delayMs" in kind) await sleep(kind.delayMs);
    else decisive = kind;
  }
  if (decisive !== undefined && ("error" in decisive || "throttle" in decisive)) {
    const error = "error" in decisive ? fullError(decisive.error) : throttlingError(call);
    return { outcome: errorResponse(call, error), fault: error.code };
  }
  if (decisive !== undefined && "kill" in decisive && decisive.kill === "before") {
    kill(parts, call);
    return { outcome: dropped, fault: "Killed" };
  }
  if (decisive !== undefined && "cancel" in decisive && decisive.cancel === "before") {
    await stop(parts, call, "Cancel");
    // The engine may have ended the script that made this call; then the call never left it.
    await sleep(20);
    if (incoming.socket.destroyed) return { outcome: dropped, fault: "Cancelled" };
  }
  if (decisive !== undefined && "complete" in decisive && decisive.complete === "before") {
    await stop(parts, call, "Complete");
  }
  const { denied, hidesMissing, warning } = await parts.gate.judge(call);
  const found =
    denied === undefined ? await effect(parts, call, wire) : errorResponse(call, denied);
  const outcome = hidesMissing === true && isMissingKey(found) ? hidden(call) : found;
  const noted = warning === undefined ? {} : { warning };
  if (decisive !== undefined && "timeoutAfterEffect" in decisive) {
    return { outcome: dropped, fault: "TimeoutAfterEffect", ...noted };
  }
  if (decisive !== undefined && "kill" in decisive) {
    kill(parts, call);
    return { outcome: dropped, fault: "Killed", ...noted };
  }
  if (decisive !== undefined && "cancel" in decisive && decisive.cancel === "after") {
    await stop(parts, call, "Cancel");
  }
  if (decisive !== undefined && "complete" in decisive && decisive.complete === "after") {
    await stop(parts, call, "Complete");
  }
  return { outcome, ...noted };
}

function isMissingKey(response: WireResponse): boolean {
  return response.status === 404 && !response.body.includes("NoSuchBucket");
}

function hidden(call: DecodedCall): WireResponse {
  const error = { code: "AccessDenied", message: "Access Denied", status: 403 };
  return errorResponse(call, error);
}

/** Lets a call take effect, in the engine or in moto. */
async function effect(
  parts: FrontParts,
  call: DecodedCall,
  wire: Parameters<Moto["send"]>[0],
): Promise<WireResponse> {
  if (call.service === "ec2" && call.parameters.DryRun === true) {
    return errorResponse(call, {
      code: "DryRunOperation",
      message: "Request would have succeeded, but DryRun flag is set.",
      status: 412,
    });
  }
  if (call.service === "ssm" && isAutomationCall(call.operation, call.parameters)) {
    return automate(parts, call, wire.body);
  }
  const response = answerable(call, await parts.moto.send(wire));
  if (call.service === "sts" && response.status === 200)
    parts.identities.learn(call, response.body);
  parts.gate.passed(call, response.status);
  return response;
}

/**
 * moto answers what it does not have, or can't cope with, with a page in HTML or plain text, which no SDK can read. Its
 * status would be a server error, which they all repeat in vain.
 */
function answerable(call: DecodedCall, response: WireResponse): WireResponse {
  const type = headerOf(response.headers, "content-type") ?? "";
  if (response.status !== 500 || !/^text\/(?:html|plain)/.test(type)) return response;
  return errorResponse(call, {
    code: "NotImplemented",
    message: `The emulator's AWS (moto) has no ${call.service}:${call.operation}, or not with such parameters.`,
    status: 501,
  });
}

async function automate(parts: FrontParts, call: DecodedCall, body: Buffer): Promise<WireResponse> {
  const session = parts.identities.session(call.accessKeyId);
  const caller: Caller = {
    accountId: call.accountId,
    accessKeyId: call.accessKeyId,
    region: call.region,
    arn: call.principal,
    ...(session !== undefined && {
      secretAccessKey: session.secretAccessKey,
      sessionToken: session.sessionToken,
    }),
  };
  try {
    // Not the call's parameters: those are for the log and lack what is secret.
    const input = jsonOf(body);
    const model = await parts.models("ssm");
    if (model !== undefined) checkInput(model, call.operation, input);
    const output = await parts.automation().handle(call.operation, input, caller);
    return {
      status: 200,
      headers: ["content-type", "application/x-amz-json-1.1"],
      body: Buffer.from(JSON.stringify(output ?? {})),
    };
  } catch (error) {
    return errorResponse(call, serviceError(error));
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8") || "{}");
  } catch (error) {
    throw new ConstraintError("SerializationException", `The request is no JSON. ${String(error)}`);
  }
}

function serviceError(error: unknown): ServiceError {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    const status = "status" in error && typeof error.status === "number" ? error.status : 400;
    return { code: error.code, message: error.message, status };
  }
  console.error("The Automation engine failed:", error);
  return { code: "InternalServerError", message: String(error), status: 500 };
}

function fullError(error: { code: string; message?: string; status?: number }): ServiceError {
  return {
    code: error.code,
    message: error.message ?? `${error.code}: a fault of the emulator's fault board`,
    status: error.status ?? usualStatus(error.code),
  };
}

function kill(parts: FrontParts, call: DecodedCall): void {
  if (call.executionId !== undefined) parts.automation().kill(call.executionId);
}

async function stop(
  parts: FrontParts,
  call: DecodedCall,
  Type: "Cancel" | "Complete",
): Promise<void> {
  if (call.executionId === undefined) return;
  const { accountId, region } = call;
  const input = { AutomationExecutionId: call.executionId, Type };
  const caller = { accountId, accessKeyId: accountId, region };
  // An execution that has ended meanwhile can't be stopped, and that is no failure of the fault.
  await parts
    .automation()
    .handle("StopAutomationExecution", input, caller)
    .catch(() => undefined);
}

function record(
  calls: RecordingCallLog,
  pending: PendingCall,
  { outcome, fault, warning }: Answered,
  latencyMs: number,
): void {
  const status = outcome === dropped ? 0 : outcome.status;
  const code =
    outcome === dropped ? fault : errorCode(outcome, (name) => headerOf(outcome.headers, name));
  const call: AwsCall = {
    ...pending,
    latencyMs: Math.round(latencyMs * 100) / 100,
    status,
    outcome: fault !== undefined ? "fault" : status >= 400 ? "error" : "ok",
    ...(code !== undefined && { errorCode: code }),
    ...(warning !== undefined && { warning }),
  };
  calls.record(call);
}

function send(response: ServerResponse, method: string, answer: WireResponse): void {
  const bodyless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  const sized = headerOf(answer.headers, "content-length") !== undefined;
  const length = sized || bodyless ? [] : ["Content-Length", String(answer.body.length)];
  response.sendDate = headerOf(answer.headers, "date") === undefined;
  response.writeHead(answer.status, [...answer.headers, ...length]);
  response.end(bodyless ? undefined : answer.body);
}
