/** The log of AWS calls. */
import { createWriteStream, openSync, type WriteStream } from "node:fs";

export interface AwsCall {
  /** From 1, in the order in which the calls came in. */
  readonly id: number;
  /** ISO 8601, when the call came in. */
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  /** Named as in the API reference; secrets are replaced by `***`, object bodies by `{ bytes }`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly accountId: string;
  readonly region: string;
  /** ARN as of `sts:GetCallerIdentity`. */
  readonly principal: string;
  readonly executionId?: string;
  readonly step?: string;
  readonly attempt?: number;
  /** By its name the operation changes nothing, whatever its parameters. */
  readonly readOnly: boolean;
  readonly latencyMs: number;
  /** HTTP status of the answer; 0 when the connection was dropped without one. */
  readonly status: number;
  /** `fault` when the answer came from the fault board. */
  readonly outcome: "ok" | "error" | "fault";
  readonly errorCode?: string;
  /** The call had the EC2 parameter DryRun set. */
  readonly requestedDryRun?: boolean;
  /** What the emulator could not do faithfully for this call. */
  readonly warning?: string;
}

export interface CallFilter {
  readonly executionId?: string;
  readonly step?: string;
  readonly accountId?: string;
}

export interface CallLog {
  /** Calls that have been answered, the newest 20,000, in the order in which they came in. */
  all(): readonly AwsCall[];
  of(filter: CallFilter): readonly AwsCall[];
  /** Calls that may change something: neither read-only nor asked for with EC2's DryRun. */
  mutating(filter?: CallFilter): readonly AwsCall[];
  clear(): void;
  /** Calls the listener once for each call, when it has been answered. Gives the function that stops it. */
  onCall(listener: (call: AwsCall) => void): () => void;
}

export interface RecordingCallLog extends CallLog {
  nextId(): number;
  record(call: AwsCall): void;
  close(): Promise<void>;
}

const reading =
  /^(?:Describe|Get|List|Head|Lookup|Search|BatchGet|Select|Query|Scan|Simulate|Validate)/;

/** Whether an operation changes nothing. STS hands out credentials and changes nothing either. */
export function isReadOnly(service: string, operation: string): boolean {
  return service === "sts" || reading.test(operation);
}

/** As many of the newest calls stay in memory, so that an emulator that is left running does not grow. */
export const keptCalls = 20_000;

/**
 * A log in memory, and where a file is given, one JSON line a call in it.
 *
 * @throws Error when the file can't be written
 */
export function createCallLog(file?: string): RecordingCallLog {
  let lastId = 0;
  let calls: AwsCall[] = [];
  const listeners = new Set<(call: AwsCall) => void>();
  const stream: WriteStream | undefined =
    file === undefined ? undefined : createWriteStream(file, { fd: openLog(file) });
  // A disk that fills up later must not end the emulator.
  stream?.on("error", (error) => console.error(`The log ${file} is not written: ${error.message}`));
  const of = (filter: CallFilter): readonly AwsCall[] =>
    calls.filter(
      (call) =>
        (filter.executionId === undefined || call.executionId === filter.executionId) &&
        (filter.step === undefined || call.step === filter.step) &&
        (filter.accountId === undefined || call.accountId === filter.accountId),
    );
  return {
    all: () => calls,
    of,
    mutating: (filter = {}) =>
      of(filter).filter((call) => !call.readOnly && call.requestedDryRun !== true),
    clear: () => {
      calls = [];
    },
    onCall: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    record: (call) => {
      let place = calls.length;
      while (place > 0 && (calls[place - 1]?.id ?? 0) > call.id) place -= 1;
      calls.splice(place, 0, call);
      // Not at each call, as it moves all that stay.
      if (calls.length > keptCalls * 1.1) calls = calls.slice(-keptCalls);
      stream?.write(`${JSON.stringify(call)}\n`);
      for (const listener of listeners) listener(call);
    },
    close: () =>
      new Promise((resolve) => {
        if (stream === undefined || stream.destroyed) resolve();
        else stream.end(resolve);
      }),
  };
}

function openLog(file: string): number {
  try {
    return openSync(file, "a");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The log of calls can't be written to ${file}: ${reason}.`, { cause: error });
  }
}
