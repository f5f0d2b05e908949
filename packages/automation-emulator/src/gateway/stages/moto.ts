/** All that the emulator does not answer itself: moto does. */
import type { DecodedCall } from "../decode.ts";
import { errorResponse, type WireResponse } from "../errors.ts";
import { headerOf } from "../moto.ts";
import type { CallInProgress, GatewayParts, Stage } from "../ports.ts";

export function byMoto({
  moto,
  identities,
}: Pick<GatewayParts, "moto" | "identities">): Stage<CallInProgress> {
  return async ({ arrival, call }) => {
    const { request, target, rawHeaders } = arrival;
    const { method, body } = request;
    const failure = moto.failure();
    if (failure !== undefined) {
      const message = `${failure}. POST /_emulator/reset starts it anew.`;
      return errorResponse(call, { code: "ServiceUnavailable", message, status: 503 });
    }
    const response = readable(call, await moto.send({ method, target, headers: rawHeaders, body }));
    if (call.service === "sts" && response.status === 200) identities.learn(call, response.body);
    return response;
  };
}

/**
 * moto answers what it does not have, or can't cope with, with a page in HTML or plain text, which no SDK can read. Its
 * status would be a server error, which they all repeat in vain.
 */
function readable(call: DecodedCall, response: WireResponse): WireResponse {
  const type = headerOf(response.headers, "content-type") ?? "";
  if (response.status !== 500 || !/^text\/(?:html|plain)/.test(type)) return response;
  return errorResponse(call, {
    code: "NotImplemented",
    message: `The emulator's AWS (moto) has no ${call.service}:${call.operation}, or not with such parameters.`,
    status: 501,
  });
}
