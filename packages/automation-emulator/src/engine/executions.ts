/** What the engine knows of executions: one record each, which the step machine writes and the API shows. */
import { randomUUID } from "node:crypto";
import type { StepDefinition } from "./document.ts";
import type { FailureStage, FailureType } from "./errors.ts";
import type { WireParameters } from "./parameters.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html */
export type Status =
  | "Pending"
  | "InProgress"
  | "Success"
  | "Failed"
  | "TimedOut"
  | "Cancelling"
  | "Cancelled";

export const isFinal = (status: Status): boolean =>
  status === "Success" || status === "Failed" || status === "TimedOut" || status === "Cancelled";

export interface Failure {
  readonly message: string;
  readonly stage: FailureStage;
  readonly type: FailureType;
}

export interface StepRecord {
  readonly id: string;
  readonly definition: StepDefinition;
  status: Status;
  /** Milliseconds since the epoch, like all times here. */
  started?: number;
  ended?: number;
  /** With values in place of references; undefined until the step begins. */
  timeoutSeconds?: number;
  maxAttempts?: number;
  /** Each as JSON. */
  inputs?: Readonly<Record<string, string>>;
  outputs?: Readonly<Record<string, readonly string[]>>;
  failure?: Failure;
  /** Of a step that stands for a target account and Region. */
  readonly place?: Place;
}

/** How an execution is ended from outside. */
export interface Control {
  readonly cancel: AbortController;
  readonly kill: AbortController;
  /** Stop when the step under way has ended. */
  complete: boolean;
}

/** The parts of StartAutomationExecution's input that are shown again as they came. */
export interface Shown {
  readonly Mode: string;
  readonly Targets?: unknown;
  readonly TargetMaps?: unknown;
  readonly TargetParameterName?: string;
  readonly MaxConcurrency?: string;
  readonly MaxErrors?: string;
  readonly TargetLocations?: unknown;
}

/** A target account and Region, for a step of a multi-account execution. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface Execution {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly documentName: string;
  readonly documentVersion: string;
  /** ARN of whoever started it. */
  readonly executedBy: string;
  readonly parameters: WireParameters;
  readonly shown: Shown;
  readonly tags: ReadonlyMap<string, string>;
  readonly parent?: string;
  /** The value that rate control gave this one. */
  readonly target?: string;
  /** The values that Targets stand for. */
  resolvedTargets?: readonly string[];
  readonly steps: readonly StepRecord[];
  /** `step.Output` of the document's outputs section. */
  readonly outputNames: readonly string[];
  readonly started: number;
  status: Status;
  ended?: number;
  failureMessage?: string;
  /** Those of the document's variables that have a value, as they are now. */
  variables: ReadonlyMap<string, unknown>;
  current?: StepRecord;
  /** Of those for targets: the executions that it started. */
  readonly children: Execution[];
  readonly place?: Place;
  readonly control: Control;
  /** Ends when nothing of the execution runs any more. */
  settled: Promise<void>;
}

export type NewExecution = Omit<
  Execution,
  "steps" | "variables" | "started" | "status" | "control" | "settled" | "children"
> & { readonly steps: readonly StepDefinition[] };

/** A record of a step that has not begun. */
export const newStep = (definition: StepDefinition, place?: Place): StepRecord => ({
  id: randomUUID(),
  definition,
  status: "Pending",
  ...(place !== undefined && { place }),
});

/**
 * A record of an execution that has not begun.
 *
 * @param steps its steps, where they are no plain steps of a document
 */
export function newExecution(parts: NewExecution, steps?: readonly StepRecord[]): Execution {
  return {
    ...parts,
    steps: steps ?? parts.steps.map((definition) => newStep(definition)),
    started: Date.now(),
    status: "Pending",
    variables: new Map(),
    children: [],
    control: { cancel: new AbortController(), kill: new AbortController(), complete: false },
    settled: Promise.resolve(),
  };
}
