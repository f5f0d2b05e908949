/** Writes each call with its answer to the log. */
import type { AwsCall } from "../calls.ts";
import { errorCode } from "../errors.ts";
import { headerOf } from "../moto.ts";
import {
  type Answer,
  type CallInProgress,
  dropped,
  type GatewayParts,
  type Stage,
} from "../ports.ts";

export function recorded({
  calls,
  faults,
}: Pick<GatewayParts, "calls" | "faults">): Stage<CallInProgress> {
  return async (subject, next) => {
    const started = performance.now();
    const answer = await next();
    const call = entry(subject, answer, performance.now() - started);
    calls.record(call);
    faults.answered(call, () => (answer === dropped ? "" : answer.body.toString("utf8")));
    return answer;
  };
}

function entry({ pending, remarks }: CallInProgress, answer: Answer, latencyMs: number): AwsCall {
  const { fault, warning } = remarks;
  const status = answer === dropped ? 0 : answer.status;
  const code =
    answer === dropped ? fault : errorCode(answer, (name) => headerOf(answer.headers, name));
  return {
    ...pending,
    latencyMs: Math.round(latencyMs * 100) / 100,
    status,
    outcome: fault !== undefined ? "fault" : status >= 400 ? "error" : "ok",
    ...(code !== undefined && { errorCode: code }),
    ...(warning !== undefined && { warning }),
  };
}
