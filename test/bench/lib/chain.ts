/** Chains of calls: how many of them waited for each other. */
import type { AwsCall } from "automation-emulator/gateway/calls";

export interface Span {
  /** Milliseconds since the epoch. */
  readonly begin: number;
  readonly end: number;
}

export const spanOf = (call: AwsCall): Span => {
  const begin = Date.parse(call.time);
  return { begin, end: begin + call.latencyMs };
};

/** The length of the longest chain of calls of which each began after the one before had ended. */
export function chainOf(calls: readonly AwsCall[]): number {
  let length = 0;
  let ended = Number.NEGATIVE_INFINITY;
  for (const { begin, end } of calls.map(spanOf).sort((a, b) => a.end - b.end))
    if (begin >= ended) [length, ended] = [length + 1, end];
  return length;
}
