/** Lets IAM decide. */
import { errorResponse, type WireResponse } from "../errors.ts";
import { type CallInProgress, dropped, type GatewayParts, type Stage } from "../ports.ts";

export function authorized({
  authorizer,
}: Pick<GatewayParts, "authorizer">): Stage<CallInProgress> {
  return async ({ call, remarks }, next) => {
    const { denied, hidesMissing, warning } = await authorizer.authorize(call);
    if (warning !== undefined) remarks.warning = warning;
    if (denied !== undefined) return errorResponse(call, denied);
    const answer = await next();
    if (answer === dropped) return answer;
    authorizer.answered(call);
    if (hidesMissing !== true || !isMissingKey(answer)) return answer;
    return errorResponse(call, { code: "AccessDenied", message: "Access Denied", status: 403 });
  };
}

function isMissingKey(response: WireResponse): boolean {
  return response.status === 404 && !response.body.includes("NoSuchBucket");
}
