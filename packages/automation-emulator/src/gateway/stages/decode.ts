/** From a request to the AWS call that it carries, which goes through stages of its own. */
import { isReadOnly } from "../calls.ts";
import { type DecodedCall, decode } from "../decode.ts";
import type { PendingCall } from "../faults.ts";
import type { Answer, Arrival, CallInProgress, GatewayParts, Stage } from "../ports.ts";

export function decoded(
  { calls, models, identities }: Pick<GatewayParts, "calls" | "models" | "identities">,
  awsCall: (call: CallInProgress) => Promise<Answer>,
): Stage<Arrival> {
  return async (arrival) => {
    const call = await decode(arrival.request, models, identities.identify);
    const pending = pendingCall(calls.nextId(), call);
    return awsCall({ arrival, call, pending, remarks: {} });
  };
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
