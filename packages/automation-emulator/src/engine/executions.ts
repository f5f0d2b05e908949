/** What the engine knows of executions: one record each. lifecycle.ts alone changes their states, and the API shows them. */
import { randomUUID } from "node:crypto";
import type { RunTime } from "./clock.ts";
import type { StepDefinition } from "./document.ts";
import type { FailureStage, FailureType } from "./errors.ts";
import type { WireParameters } from "./parameters.ts";
import type { Waiting } from "./signals.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html */
export type RunningStatus = "InProgress" | "Waiting" | "Cancelling";
export type FinalStatus = (typeof finals)[number];
export type Status = "Pending" | RunningStatus | FinalStatus;

export interface Failure {
  readonly message: string;
  readonly stage: FailureStage;
  readonly type: FailureType;
}

/** Outputs of a step in the form of the API, each a list of texts. */
export type ShownOutputs = Readonly<Record<string, readonly string[]>>;

/** Times are milliseconds since the epoch, here and below. */
export type StepState =
  | { readonly status: "Pending" }
  | { readonly status: RunningStatus; readonly started: number }
  | {
      readonly status: FinalStatus;
      /** Undefined for a step that was cancelled before it began. */
      readonly started?: number;
      readonly ended: number;
      readonly outputs?: ShownOutputs;
      readonly failure?: Failure;
    };

export type ExecutionState =
  | { readonly status: "Pending" }
  | { readonly status: RunningStatus; readonly current?: StepRecord }
  | { readonly status: FinalStatus; readonly ended: number; readonly failureMessage?: string };

/** Exited is of loops alone: a step inside led to one outside. */
export const finals = ["Success", "Failed", "TimedOut", "Cancelled", "Exited"] as const;

export const isFinal = <S extends { readonly status: Status }>(
  state: S,
): state is Extract<S, { readonly status: FinalStatus }> =>
  (finals as readonly Status[]).includes(state.status);

/** What became of a step's own fields that may hold references. */
export interface Resolved {
  readonly timeoutSeconds?: number;
  readonly maxAttempts?: number;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** The loop in one of whose iterations a step stands. */
export interface ParentStep {
  readonly step: StepRecord;
  /** From 1. */
  readonly iteration: number;
  /** Undefined in a loop without iterators. */
  readonly iteratorValue?: string;
}

export interface StepRecord {
  readonly id: string;
  readonly definition: StepDefinition;
  readonly state: StepState;
  readonly resolved: Resolved;
  /** Of a step that stands for a target account and Region. */
  readonly targetLocation?: TargetLocation;
  /** Of a step that stands for a target: the parameters that the target gives. */
  readonly target?: WireParameters;
  readonly parent?: ParentStep;
}

/** How an execution is ended or driven from outside. */
export interface Control {
  /** The AWS time since it began. */
  run?: RunTime;
  readonly cancel: AbortController;
  readonly kill: AbortController;
  /** Ends the execution when the step under way has ended. */
  readonly completing: AbortController;
  /** What the execution waits for a signal for. */
  waiting?: Waiting | undefined;
  /** Ends the step under way, in the mode Interactive. */
  stopStep?: { readonly step: StepRecord; readonly controller: AbortController } | undefined;
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
export interface TargetLocation {
  readonly accountId: string;
  readonly region: string;
}

export interface Execution {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether it runs the steps of the document, or one execution for each target or target location. */
  readonly kind: "document" | "targets" | "targetLocations";
  readonly documentName: string;
  readonly documentVersion: string;
  /** ARN of whoever started it. */
  readonly executedBy: string;
  readonly parameters: WireParameters;
  readonly shown: Shown;
  readonly tags: Map<string, string>;
  readonly parent?: string;
  /** The value that rate control gave this one. */
  readonly target?: string;
  /** The values that Targets stand for. */
  readonly resolvedTargets?: readonly string[];
  /** Those of the document, and after each loop those of its iterations so far. */
  readonly steps: readonly StepRecord[];
  /** `step.Output` of the document's outputs section. */
  readonly outputNames: readonly string[];
  /** Those of the document's variables that have a value, as they are now. */
  readonly variables: Map<string, unknown>;
  readonly started: number;
  readonly state: ExecutionState;
  /** The executions that it started. */
  readonly children: Execution[];
  readonly targetLocation?: TargetLocation;
  readonly control: Control;
  /** Ends when nothing of the execution runs any more. */
  settled: Promise<void>;
}

/** When a step began; undefined for one that has not. */
export const startOf = ({ state }: StepRecord): number | undefined =>
  "started" in state ? state.started : undefined;

/** The step that an execution is at. */
export const currentStep = ({ state }: Execution): StepRecord | undefined =>
  "current" in state ? state.current : undefined;

export type NewExecution = Omit<
  Execution,
  "steps" | "variables" | "state" | "control" | "settled" | "children"
> & {
  readonly steps: readonly StepRecord[];
  readonly variables?: Map<string, unknown>;
};

/** A record of a step that has not begun. */
export const newStep = (
  definition: StepDefinition,
  within: Pick<StepRecord, "targetLocation" | "target" | "parent"> = {},
): StepRecord => ({
  id: randomUUID(),
  definition,
  state: { status: "Pending" },
  resolved: {},
  ...within,
});

/** A record of an execution that has not begun. */
export function newExecution(parts: NewExecution): Execution {
  return {
    ...parts,
    variables: parts.variables ?? new Map(),
    state: { status: "Pending" },
    children: [],
    control: {
      cancel: new AbortController(),
      kill: new AbortController(),
      completing: new AbortController(),
    },
    settled: Promise.resolve(),
  };
}
