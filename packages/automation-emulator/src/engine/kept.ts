/** Executions as text and back, so that they can be read again after the emulator has been started anew. */
import { createHash } from "node:crypto";
import { isRecord, parseJson, toJson } from "automation-language/values";
import {
  type Execution,
  isFinal,
  newExecution,
  type ParentStep,
  type StepRecord,
} from "./executions.ts";
import { endExecution, endStep } from "./lifecycle.ts";

/** Goes up with each change of what stands in the text. */
const format = 1;
const kind = "automation-emulator execution";

/** The text is not what this version wrote; the message ends the sentence "FILE …". */
export class NotKept extends Error {}

type KeptStep = Omit<StepRecord, "parent"> & {
  readonly parent?: Omit<ParentStep, "step"> & { readonly step: string };
};

type KeptExecution = Omit<
  Execution,
  "steps" | "tags" | "variables" | "children" | "control" | "settled"
> & {
  readonly steps: readonly KeptStep[];
  readonly tags: readonly (readonly [string, string])[];
  readonly variables: readonly (readonly [string, unknown])[];
};

/** The record of an execution, which readKept reads once it has its header. */
export function keptBody(execution: Execution): string {
  const { children: _, control: _control, settled: _settled, ...record } = execution;
  const { state } = execution;
  const kept: KeptExecution = {
    ...record,
    // The step that it is at, which `steps` has.
    state: isFinal(state) ? state : { status: state.status },
    steps: execution.steps.map(keptStep),
    tags: [...execution.tags],
    variables: [...execution.variables],
  };
  return toJson(kept) ?? "";
}

/** Two lines: what it is, when it was written, and a digest by which damage is seen; and the record. */
export const keptText = (body: string, written: number): string =>
  `${JSON.stringify({ kind, format, written, sha256: digest(body) })}\n${body}\n`;

function keptStep({ parent, ...step }: StepRecord): KeptStep {
  return parent === undefined ? step : { ...step, parent: { ...parent, step: parent.step.id } };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * The execution that a text is of. One that had not ended when it was written is ended: nothing runs it any more.
 *
 * @param share gives the same text for an equal one, so that executions of one document share its scripts
 * @throws NotKept for a text of another version, or one that has been changed
 */
export function readKept(text: string, share: (text: string) => string): Execution {
  const at = text.indexOf("\n");
  const body = text.slice(at + 1, -1);
  const written = checkHeader(text.slice(0, at), body);
  const kept = shared(parseJson(body), share) as KeptExecution;
  const { state, tags, variables, ...parts } = kept;
  const execution: Execution = {
    ...newExecution({
      ...parts,
      steps: stepsOf(kept.steps),
      tags: new Map(tags),
      variables: new Map(variables),
    }),
    state,
  };
  if (!isFinal(state)) endInterrupted(execution, written);
  return execution;
}

/** @returns when the text was written. @throws NotKept */
function checkHeader(header: string, body: string): number {
  const told = headerOf(header);
  if (told?.kind !== kind) throw new NotKept("is not an execution that the emulator has kept");
  if (told.format !== format) {
    throw new NotKept(`was written by another version (format ${told.format}, this is ${format})`);
  }
  if (told.sha256 !== digest(body)) throw new NotKept("is damaged: its digest does not fit it");
  return Number(told.written);
}

function headerOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const header: unknown = JSON.parse(text);
    return isRecord(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

function stepsOf(kept: readonly KeptStep[]): StepRecord[] {
  const byId = new Map<string, StepRecord>();
  return kept.map(({ parent, ...step }) => {
    // The loop's record stands before those of its iterations.
    const record = { ...step, ...withParent(parent, byId) };
    byId.set(record.id, record);
    return record;
  });
}

function withParent(
  parent: KeptStep["parent"],
  byId: ReadonlyMap<string, StepRecord>,
): Pick<StepRecord, "parent"> {
  const step = parent && byId.get(parent.step);
  return parent === undefined || step === undefined ? {} : { parent: { ...parent, step } };
}

/** Why an execution has ended that was running when the emulator was. */
export const interrupted =
  "The emulator was stopped while the execution ran, and nothing runs it any more. Start it again.";

/** As in a crash of the service: nobody knows what became of a call under way. */
function endInterrupted(execution: Execution, now: number): void {
  const failure = { message: interrupted, stage: "Invocation", type: "Internal" } as const;
  for (const step of execution.steps) {
    if (step.state.status === "Pending" || isFinal(step.state)) continue;
    endStep(step, now, "Failed", { failure });
  }
  endExecution(execution, now, "Failed", interrupted);
}

/** A value whose longer texts are those of others. */
function shared(value: unknown, share: (text: string) => string): unknown {
  if (typeof value === "string") return value.length > 100 ? share(value) : value;
  if (Array.isArray(value)) return value.map((part) => shared(part, share));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shared(part, share)]));
}
