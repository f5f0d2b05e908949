/**
 * EC2's published request token buckets: what an account may call in a Region.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
import type { Emulator } from "automation-emulator";
import type { PendingCall } from "automation-emulator/gateway/faults";

interface Limit {
  /** Tokens that a full bucket holds. */
  readonly size: number;
  /** Tokens that come back in a second. */
  readonly refill: number;
}

const reading: Limit = { size: 100, refill: 20 };
const readingAll: Limit = { size: 50, refill: 10 };
const changing: Limit = { size: 50, refill: 5 };

/** Operations that have limits of their own; of those, the ones that the runbook calls. */
const own: Readonly<Record<string, Limit>> = {
  CopyImage: { size: 100, refill: 1 },
  CreateSnapshot: { size: 100, refill: 5 },
  CreateTags: { size: 100, refill: 10 },
  DeleteTags: { size: 100, refill: 10 },
  ModifyNetworkInterfaceAttribute: { size: 100, refill: 5 },
};

/** Those that take from a smaller bucket when they are asked without a filter and without pages. */
const expensiveUnfiltered = new Set([
  "DescribeInstances",
  "DescribeInstanceStatus",
  "DescribeNetworkInterfaces",
  "DescribeSecurityGroups",
  "DescribeSnapshots",
  "DescribeVolumes",
]);

function limitOf({ operation, parameters, readOnly }: PendingCall): Limit {
  const limit = own[operation];
  if (limit !== undefined) return limit;
  if (!readOnly) return changing;
  const unfiltered =
    expensiveUnfiltered.has(operation) &&
    parameters.Filters === undefined &&
    parameters.MaxResults === undefined;
  return unfiltered ? readingAll : reading;
}

export interface Throttling {
  /** Calls that found their bucket empty. */
  readonly throttled: () => number;
  readonly stop: () => void;
}

/** Holds an account's automations to the buckets, each operation to its own: what finds none left is throttled. */
export function holdToBuckets(
  emulator: Emulator,
  accountId: string,
  now: () => number = Date.now,
): Throttling {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let throttled = 0;
  const isEmpty = (call: PendingCall): boolean => {
    const limit = limitOf(call);
    const key = `${call.operation} ${limit.size}`;
    const bucket = buckets.get(key) ?? { tokens: limit.size, at: now() };
    buckets.set(key, bucket);
    const gone = (now() - bucket.at) / 1000;
    bucket.tokens = Math.min(limit.size, bucket.tokens + gone * limit.refill);
    bucket.at = now();
    if (bucket.tokens < 1) {
      throttled += 1;
      return true;
    }
    bucket.tokens -= 1;
    return false;
  };
  const match = { accountId, service: "ec2", automationOnly: true, predicate: isEmpty };
  return {
    throttled: () => throttled,
    stop: emulator.faults.add({ match, kind: { throttle: true } }),
  };
}
