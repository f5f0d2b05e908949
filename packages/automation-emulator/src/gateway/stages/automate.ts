/** Systems Manager Automation, which the engine answers. */
import { isAutomationCall } from "../../engine/operations.ts";
import { ConstraintError, checkInput } from "../constraints.ts";
import type { DecodedCall } from "../decode.ts";
import { errorResponse, type ServiceError, type WireResponse } from "../errors.ts";
import type { Caller, CallInProgress, GatewayParts, Stage } from "../ports.ts";

type Parts = Pick<GatewayParts, "automation" | "identities" | "models">;

export function automated(parts: Parts): Stage<CallInProgress> {
  return async ({ arrival, call }, next) =>
    call.service === "ssm" && isAutomationCall(call.operation, call.parameters)
      ? answer(parts, call, arrival.request.body)
      : next();
}

async function answer(parts: Parts, call: DecodedCall, body: Buffer): Promise<WireResponse> {
  try {
    // Not the call's parameters: those are for the log and lack what is secret.
    const input = jsonOf(body);
    const model = await parts.models("ssm");
    if (model !== undefined) checkInput(model, call.operation, input);
    const output = await parts.automation().handle(call.operation, input, callerOf(parts, call));
    return {
      status: 200,
      headers: ["content-type", "application/x-amz-json-1.1"],
      body: Buffer.from(JSON.stringify(output ?? {})),
    };
  } catch (error) {
    return errorResponse(call, serviceError(error));
  }
}

function callerOf({ identities }: Parts, call: DecodedCall): Caller {
  const session = identities.session(call.accessKeyId);
  return {
    accountId: call.accountId,
    accessKeyId: call.accessKeyId,
    region: call.region,
    arn: call.principal,
    ...(session !== undefined && {
      secretAccessKey: session.secretAccessKey,
      sessionToken: session.sessionToken,
    }),
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8") || "{}");
  } catch (error) {
    throw new ConstraintError(
      "SerializationException",
      `The request is not JSON. ${String(error)}`,
    );
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
