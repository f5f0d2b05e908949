/**
 * Faults on purpose: chosen calls fail, are throttled or slow, lose their answer, or end the execution that made them.
 *
 * An execution can be ended, exactly before or after a call or a step, in each of the ways there are: `kill` (it dies,
 * as when the service crashes), `cancel` (StopAutomationExecution of type Cancel), `complete` (of type Complete):
 *
 *     faults.add({ match: { operation: "CreateImage", nth: 1, automationOnly: true }, kind: { cancel: "after" } });
 *     faults.add({ match: { event: "step", step: "createImage" }, kind: { complete: "before" } });
 *
 * A step is met when it is about to begin, and when it has ended, however it ended and before the next one is chosen.
 */
import type { AwsCall } from "./calls.ts";

/** A call before it has been answered. */
export type PendingCall = Omit<AwsCall, "latencyMs" | "status" | "outcome" | "errorCode">;

/** A step of an execution, about to begin or just ended. */
export interface StepBoundary {
  readonly executionId: string;
  readonly accountId: string;
  readonly step: string;
  readonly side: "before" | "after";
}

export interface FaultMatch {
  /** What is met: AWS calls, by default, or the beginning and end of steps, for kill, cancel and complete. */
  readonly event?: "call" | "step";
  readonly service?: string;
  readonly operation?: string;
  readonly executionId?: string;
  readonly accountId?: string;
  readonly step?: string;
  /** Only the nth matching call, from 1; without it, each. */
  readonly nth?: number;
  /** From this matching call on, from 1. */
  readonly from?: number;
  /** At most so many hits. */
  readonly times?: number;
  /** Only calls that an automation execution makes. */
  readonly automationOnly?: boolean;
  /** For calls alone. */
  readonly predicate?: (call: PendingCall) => boolean;
}

export type FaultKind =
  | {
      readonly error: {
        readonly code: string;
        readonly message?: string;
        readonly status?: number;
      };
    }
  /** The service's own throttling error; `match.times` makes it end. */
  | { readonly throttle: true }
  | { readonly delayMs: number }
  /** The call takes effect, then the connection is dropped without an answer. SDKs retry that. */
  | { readonly timeoutAfterEffect: true }
  /** The execution that makes the call is killed before or after its effect. */
  | { readonly kill: "before" | "after" }
  /** StopAutomationExecution of type Cancel, before or after the call's effect. */
  | { readonly cancel: "before" | "after" }
  /** StopAutomationExecution of type Complete, likewise. */
  | { readonly complete: "before" | "after" };

export interface Fault {
  readonly match: FaultMatch;
  readonly kind: FaultKind;
  /** Of a fault by name (namedFaults.ts). */
  readonly name?: string;
  /** Sees every call with the text of its answer, for a fault that depends on what was answered before. */
  readonly observe?: (call: AwsCall, body: string) => void;
}

export interface FaultHit {
  readonly fault: Fault;
  readonly call: PendingCall;
}

export interface FaultBoard {
  /** Puts a fault up; gives the function that takes it down. Faults are tried in the order in which they were put up. */
  add(fault: Fault): () => void;
  /** Takes all faults down and forgets the hits. */
  clear(): void;
  /** The calls that met a fault. */
  readonly hits: readonly FaultHit[];
}

export interface ListedFault extends Fault {
  readonly id: number;
  readonly matched: number;
  readonly hits: number;
}

export interface FiringFaultBoard extends FaultBoard {
  list(): readonly ListedFault[];
  remove(id: number): boolean;
  /** The faults that this call meets: all delays, then the first of another kind. Counts the call. */
  fire(call: PendingCall): readonly Fault[];
  /** The faults that a step meets at its beginning or end. Counts it. */
  fireAtStep(boundary: StepBoundary): readonly FaultKind[];
  /** A call has been answered. */
  answered(call: AwsCall, body: () => string): void;
}

/** As many hits are kept at most; half of them go when there are more. */
const keptHits = 20_000;

export function createFaultBoard(): FiringFaultBoard {
  interface Entry {
    readonly id: number;
    readonly fault: Fault;
    matched: number;
    hits: number;
  }
  let lastId = 0;
  let entries: Entry[] = [];
  const hits: FaultHit[] = [];
  const remove = (id: number): boolean => {
    const before = entries.length;
    entries = entries.filter((entry) => entry.id !== id);
    return entries.length < before;
  };
  return {
    hits,
    add: (fault) => {
      lastId += 1;
      const id = lastId;
      entries.push({ id, fault, matched: 0, hits: 0 });
      return () => void remove(id);
    },
    remove,
    clear: () => {
      entries = [];
      hits.length = 0;
    },
    list: () => entries.map(({ id, fault, matched, hits }) => ({ id, ...fault, matched, hits })),
    answered: (call, body) => {
      for (const { fault } of entries) fault.observe?.(call, body());
    },
    fire: (call) => {
      const fired: Fault[] = [];
      let decided = false;
      for (const entry of entries) {
        if (!matches(entry.fault.match, call)) continue;
        entry.matched += 1;
        if (!due(entry.fault.match, entry.matched, entry.hits)) continue;
        const delay = "delayMs" in entry.fault.kind;
        if (!delay && decided) continue;
        decided ||= !delay;
        entry.hits += 1;
        hits.push({ fault: entry.fault, call });
        if (hits.length > keptHits) hits.splice(0, hits.length - keptHits / 2);
        fired.push(entry.fault);
      }
      return fired;
    },
    fireAtStep: (boundary) => {
      const met = entries.filter(({ fault }) => meets(fault, boundary));
      const fired: FaultKind[] = [];
      for (const entry of met) {
        entry.matched += 1;
        if (!due(entry.fault.match, entry.matched, entry.hits)) continue;
        entry.hits += 1;
        fired.push(entry.fault.kind);
      }
      return fired;
    },
  };
}

function meets(
  { match, kind }: Fault,
  { executionId, accountId, step, side }: StepBoundary,
): boolean {
  const sides: Readonly<Record<string, unknown>> = { ...kind };
  return (
    match.event === "step" &&
    [sides.kill, sides.cancel, sides.complete].includes(side) &&
    (match.executionId === undefined || match.executionId === executionId) &&
    (match.accountId === undefined || match.accountId === accountId) &&
    (match.step === undefined || match.step === step)
  );
}

function matches(match: FaultMatch, call: PendingCall): boolean {
  return (
    match.event !== "step" &&
    (match.service === undefined || match.service === call.service) &&
    (match.operation === undefined || match.operation === call.operation) &&
    (match.executionId === undefined || match.executionId === call.executionId) &&
    (match.accountId === undefined || match.accountId === call.accountId) &&
    (match.step === undefined || match.step === call.step) &&
    (match.automationOnly !== true || call.executionId !== undefined) &&
    (match.predicate === undefined || match.predicate(call))
  );
}

function due(match: FaultMatch, count: number, hits: number): boolean {
  return (
    (match.nth === undefined || match.nth === count) &&
    (match.from === undefined || count >= match.from) &&
    (match.times === undefined || hits < match.times)
  );
}
