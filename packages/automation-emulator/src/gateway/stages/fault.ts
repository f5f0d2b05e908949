/** Faults on purpose (faults.ts): before the call takes effect, in its place, or after it. */
import { setTimeout as sleep } from "node:timers/promises";
import { errorResponse, type ServiceError, throttlingError, usualStatus } from "../errors.ts";
import type { FaultKind } from "../faults.ts";
import {
  type Answer,
  type CallInProgress,
  dropped,
  type GatewayParts,
  type Stage,
} from "../ports.ts";

type Parts = Pick<GatewayParts, "automation" | "faults">;
type Decisive = Exclude<FaultKind, { readonly delayMs: number }>;

export function faulted(parts: Parts): Stage<CallInProgress> {
  return async (subject, next) => {
    let decisive: Decisive | undefined;
    for (const { kind } of parts.faults.fire(subject.pending)) {
      if ("delayMs" in kind) await sleep(kind.delayMs);
      else decisive = kind;
    }
    return decisive === undefined ? next() : meet(parts, decisive, subject, next);
  };
}

async function meet(
  parts: Parts,
  kind: Decisive,
  { arrival, call, remarks }: CallInProgress,
  next: () => Promise<Answer>,
): Promise<Answer> {
  const drop = (code: string): Answer => {
    remarks.fault = code;
    return dropped;
  };
  if ("error" in kind || "throttle" in kind) {
    const error = "error" in kind ? complete(kind.error) : throttlingError(call);
    remarks.fault = error.code;
    return errorResponse(call, error);
  }
  if ("kill" in kind) {
    if (kind.kill === "after") await next();
    if (call.executionId !== undefined) {
      parts.automation().kill(call.executionId);
      await ended(arrival);
    }
    return drop("Killed");
  }
  if ("timeoutAfterEffect" in kind) {
    await next();
    return drop("TimeoutAfterEffect");
  }
  const [type, side] =
    "cancel" in kind ? (["Cancel", kind.cancel] as const) : (["Complete", kind.complete] as const);
  const stop = (): void => {
    if (call.executionId !== undefined) parts.automation().stop(call.executionId, type);
  };
  if (side === "after") {
    const answer = await next();
    stop();
    return answer;
  }
  stop();
  if (type === "Complete") return next();
  // The engine may have ended the script that made this call; then the call never left it.
  await sleep(20);
  return arrival.isGone() ? drop("Cancelled") : next();
}

/**
 * Waits, half a second at most, until whoever made the call has been ended: dropped before that, the call would be made
 * once more.
 */
async function ended({ isGone }: CallInProgress["arrival"]): Promise<void> {
  for (let waited = 0; waited < 500 && !isGone(); waited += 5) await sleep(5);
}

function complete(error: { code: string; message?: string; status?: number }): ServiceError {
  return {
    code: error.code,
    message: error.message ?? `${error.code}: a fault that was put up in the emulator`,
    status: error.status ?? usualStatus(error.code),
  };
}
