/** What the parts of the gateway need of each other, and of the Automation engine. */

import type { EngineTime } from "../engine/clock.ts";
import type { Commands } from "../engine/commands.ts";
import type { StopType } from "../engine/stop.ts";
import type { RecordingCallLog } from "./calls.ts";
import type { DecodedCall } from "./decode.ts";
import type { ServiceError, WireResponse } from "./errors.ts";
import type { FiringFaultBoard, PendingCall } from "./faults.ts";
import type { Identities } from "./identities.ts";
import type { ModelLoader } from "./models.ts";
import type { Moto } from "./moto.ts";
import type { WireRequest } from "./request.ts";

/** Who makes an Automation call, for the engine. */
export interface Caller {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly arn?: string;
}

/** What the gateway needs of the Automation engine. */
export interface Automation {
  /** @throws an error with `code` and `status` for an error of AWS. */
  handle(operation: string, input: unknown, caller: Caller): Promise<unknown>;
  /** Ends an execution as a crash would; nothing for one that is not known. */
  kill(executionId: string): void;
  /** Does what StopAutomationExecution does; nothing for an execution that has ended or is not known. */
  stop(executionId: string, type: StopType): void;
  /** Ends all executions and forgets them. */
  reset(): Promise<void>;
  readonly time: Pick<EngineTime, "now" | "scale" | "setScale" | "advance">;
  /** What commands on instances answer. */
  readonly commands: Commands;
}

/** What IAM says of a call. */
export interface Verdict {
  readonly denied?: ServiceError;
  /** The caller may not learn that an object is missing. */
  readonly hidesMissing?: boolean;
  readonly warning?: string;
}

/** Decides whether IAM lets a call through, and hears of calls that change what it decides on. */
export interface Authorizer {
  authorize(call: DecodedCall): Promise<Verdict>;
  answered(call: DecodedCall): void;
}

/** The emulator's own HTTP interface. */
export type AnswerControl = (
  request: WireRequest,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface GatewayParts {
  readonly moto: Moto;
  readonly models: ModelLoader;
  readonly identities: Identities;
  readonly calls: RecordingCallLog;
  readonly faults: FiringFaultBoard;
  readonly authorizer: Authorizer;
  readonly control: AnswerControl;
  /** The engine, which is made after the gateway, because it needs the gateway's address. */
  readonly automation: () => Automation;
  /** `name:port` of Host headers that are let in besides those of loopback with the gateway's own port. */
  readonly allowedHosts: readonly string[];
}

/** A request as it came in. */
export interface Arrival {
  readonly request: WireRequest;
  /** As in the request line: path and query, or a whole URL from a client that takes this for its proxy. */
  readonly url: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** The port that it came in by. */
  readonly port: number;
  /** Whether the client has gone. */
  readonly isGone: () => boolean;
}

/** An AWS call on its way through the gateway. */
export interface CallInProgress {
  readonly arrival: Arrival;
  readonly call: DecodedCall;
  readonly pending: PendingCall;
  /** What the log is to say besides the answer; stages write it. */
  readonly remarks: {
    /** The code of the fault that decided the answer. */
    fault?: string;
    warning?: string;
  };
}

/** A dropped connection: nobody gets an answer. */
export const dropped = Symbol("dropped");
export type Answer = WireResponse | typeof dropped;

/** One stage of a pipeline: answers, or lets the next stage answer. */
export type Stage<Subject> = (subject: Subject, next: () => Promise<Answer>) => Promise<Answer>;

/** The stages in turn as one function. */
export function inTurn<Subject>(
  stages: readonly Stage<Subject>[],
): (subject: Subject) => Promise<Answer> {
  const from =
    (at: number) =>
    (subject: Subject): Promise<Answer> => {
      const stage = stages[at];
      if (stage === undefined) throw new Error("No stage of the gateway answered.");
      return stage(subject, () => from(at + 1)(subject));
    };
  return from(0);
}
