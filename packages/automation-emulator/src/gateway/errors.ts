/** Errors in the form that each protocol gives them, both ways. */
import { randomUUID } from "node:crypto";
import type { DecodedCall } from "./decode.ts";

export interface WireResponse {
  readonly status: number;
  /** Names and values in turn, as they came or go over the wire. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

type Target = Pick<DecodedCall, "protocol" | "service" | "operation">;

/**
 * The response that a service sends for an error, which every SDK turns into an exception with that code.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 */
export function errorResponse(call: Target, error: ServiceError): WireResponse {
  const id = randomUUID();
  const [code, message] = [xmlText(error.code), xmlText(error.message)];
  if (call.protocol === "ec2") {
    return xml(
      error.status,
      `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${id}</RequestID></Response>`,
      ["x-amzn-requestid", id],
    );
  }
  const side = error.status >= 500 ? "Receiver" : "Sender";
  if (call.protocol === "query" || (call.protocol === "rest-xml" && call.service !== "s3")) {
    return xml(
      error.status,
      `<ErrorResponse><Error><Type>${side}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
      ["x-amzn-requestid", id],
    );
  }
  if (call.protocol === "rest-xml") {
    const headers = ["x-amz-request-id", id];
    // The answer to a HEAD request has no body: SDKs see the status only.
    if (call.operation.startsWith("Head")) return xml(error.status, "", headers);
    return xml(
      error.status,
      `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${id}</RequestId></Error>`,
      headers,
    );
  }
  const type = call.protocol === "json" ? "application/x-amz-json-1.1" : "application/json";
  const body = Buffer.from(JSON.stringify({ __type: error.code, message: error.message }));
  return {
    status: error.status,
    headers: [
      ["content-type", type],
      ["x-amzn-errortype", error.code],
      ["x-amzn-requestid", id],
    ].flat(),
    body,
  };
}

function xml(status: number, text: string, headers: readonly string[]): WireResponse {
  const body = text === "" ? "" : `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  return { status, headers: ["content-type", "text/xml", ...headers], body: Buffer.from(body) };
}

function xmlText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** The code of an error response, or undefined where the response is none. */
export function errorCode(
  response: Pick<WireResponse, "status" | "body">,
  header: (name: string) => string | undefined,
): string | undefined {
  if (response.status < 400) return undefined;
  const named = header("x-amzn-errortype");
  if (named !== undefined) return bare(named);
  const text = response.body.toString("utf8");
  const inXml = /<Code>\s*([^<]+?)\s*<\/Code>/.exec(text)?.[1];
  if (inXml !== undefined) return inXml;
  const inJson = /"(?:__type|code|Code)"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  return inJson === undefined ? String(response.status) : bare(inJson);
}

/** `prefix#Code:url` to `Code`. */
const bare = (type: string): string => type.replace(/^.*#/, "").replace(/:.*$/, "");

/** How a service says that it is asked too often. */
export function throttlingError(call: Target): ServiceError {
  const message = "Rate exceeded";
  if (call.service === "ec2") {
    return { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 };
  }
  if (call.service === "s3" || call.service === "s3control") {
    return { code: "SlowDown", message: "Please reduce your request rate.", status: 503 };
  }
  if (call.service === "organizations") {
    return { code: "TooManyRequestsException", message, status: 400 };
  }
  if (call.protocol === "query") return { code: "Throttling", message, status: 400 };
  if (call.protocol === "rest-json") return { code: "ThrottlingException", message, status: 429 };
  return { code: "ThrottlingException", message, status: 400 };
}

/** The HTTP status that goes with an error code where the fault names none. */
export function usualStatus(code: string): number {
  if (/^(?:Unavailable|ServiceUnavailable|SlowDown|RequestLimitExceeded)/.test(code)) return 503;
  if (/^Internal/.test(code)) return 500;
  if (
    /^(?:AccessDenied|UnauthorizedOperation|InvalidAccessKeyId|SignatureDoesNotMatch)/.test(code)
  ) {
    return code.endsWith("Exception") ? 400 : 403;
  }
  if (/^(?:NoSuch|NotFound)/.test(code)) return 404;
  if (/^(?:PreconditionFailed|DryRunOperation)/.test(code)) return 412;
  if (/^(?:BucketAlready|OperationAborted|ConditionalRequestConflict)/.test(code)) return 409;
  return 400;
}

/**
 * How a service refuses a call that IAM does not allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialError(call: Target, message: string): ServiceError {
  if (call.service === "ec2") {
    return {
      code: "UnauthorizedOperation",
      message: `You are not authorized to perform this operation. ${message}`,
      status: 403,
    };
  }
  if (call.protocol === "json") return { code: "AccessDeniedException", message, status: 400 };
  if (call.protocol === "rest-json") return { code: "AccessDeniedException", message, status: 403 };
  return { code: "AccessDenied", message, status: 403 };
}
