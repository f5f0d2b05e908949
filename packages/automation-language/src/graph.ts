import { type DocumentView, jumpTarget, type StepView, standsIn } from "./document.ts";
import type { Path } from "./place.ts";
import { isRecord } from "./values.ts";

/** Where the automation (or a loop's turn) ends. */
export const END = Symbol("end");

export interface Edge {
  readonly from: StepView;
  /** The step's name, which may be one that does not exist. */
  readonly to: string | typeof END;
  /** success: the step did its work; failure and cancel: its outputs are not there. */
  readonly kind: "success" | "failure" | "cancel";
  /** The key that says so; undefined for a step that falls through to the next one. */
  readonly path: Path | undefined;
}

/** All edges that leave a step. A failure that aborts has none. */
export function edgesOf(step: StepView): Edge[] {
  const edges: Edge[] = [];
  const to = (target: string | typeof END, kind: Edge["kind"], path: Path | undefined) =>
    edges.push({ from: step, to: target, kind, path });
  const after = (kind: Edge["kind"]) => {
    if (step.isEnd) to(END, kind, [...step.path, "isEnd"]);
    else if (step.nextStep !== undefined) to(step.nextStep, kind, [...step.path, "nextStep"]);
    else to(step.following ?? END, kind, undefined);
  };
  if (step.action === "aws:branch") {
    for (const choice of choicesOf(step)) to(choice.next, "success", [...choice.path, "NextStep"]);
    const otherwise = step.inputs.Default;
    if (typeof otherwise === "string")
      to(otherwise, "success", [...step.path, "inputs", "Default"]);
    else after("success");
  } else after("success");
  const onFailure = jumpTarget(step.onFailure);
  if (onFailure !== undefined) to(onFailure, "failure", [...step.path, "onFailure"]);
  else if (step.onFailure === "Continue" && step.action !== "aws:branch") after("failure");
  const onCancel = jumpTarget(step.onCancel);
  if (onCancel !== undefined) to(onCancel, "cancel", [...step.path, "onCancel"]);
  return edges;
}

export interface Choice {
  readonly condition: Readonly<Record<string, unknown>>;
  readonly next: string;
  readonly path: Path;
}

/** The choices of a branch that have a target. */
export function choicesOf(step: StepView): Choice[] {
  const choices = step.inputs.Choices;
  if (!Array.isArray(choices)) return [];
  return choices.flatMap((choice: unknown, at): Choice[] => {
    if (!isRecord(choice) || typeof choice.NextStep !== "string") return [];
    const { NextStep: next, ...condition } = choice;
    return [{ condition, next, path: [...step.path, "inputs", "Choices", at] }];
  });
}

/** Steps that run in one list: the document's, or a loop's. */
export interface Scope {
  readonly loop: StepView | undefined;
  readonly steps: readonly StepView[];
  readonly edges: readonly Edge[];
  /** The steps that some path from the first one reaches. */
  readonly reached: ReadonlySet<StepView>;
}

/** The document's steps as graphs, the outermost first. */
export function scopesOf(document: DocumentView): Scope[] {
  const loops = document.steps.filter(({ action }) => action === "aws:loop");
  return [undefined, ...loops].map((loop) => {
    const steps = document.steps.filter((step) => step.loop === loop);
    const edges = [...steps.flatMap(edgesOf), ...exitsTo(document, steps)];
    return { loop, steps, edges, reached: reach(steps.slice(0, 1), steps, edges) };
  });
}

/**
 * The edges by which loops are left from inside, as edges of the loops themselves: that a step inside leads to one of
 * these. What the loop would have given is not there then.
 */
function exitsTo(document: DocumentView, steps: readonly StepView[]): Edge[] {
  const names = new Set(steps.map(({ name }) => name));
  return steps
    .filter(({ action }) => action === "aws:loop")
    .flatMap((loop) =>
      document.steps
        .filter((inner) => inner !== loop && standsIn(inner, loop))
        .flatMap(edgesOf)
        .filter(({ to }) => to !== END && names.has(to))
        .map((edge): Edge => ({ ...edge, from: loop, kind: "failure" })),
    );
}

/** The steps that edges of the wanted kinds lead to, the starts among them. */
export function reach(
  starts: readonly StepView[],
  steps: readonly StepView[],
  edges: readonly Edge[],
): Set<StepView> {
  const byName = new Map(steps.toReversed().map((step) => [step.name, step]));
  const seen = new Set(starts);
  const open = [...starts];
  for (let step = open.pop(); step !== undefined; step = open.pop())
    for (const edge of edges) {
      if (edge.from !== step || edge.to === END) continue;
      const next = byName.get(edge.to);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  return seen;
}

/**
 * The steps that run and from which no path leads to the end: "Before processing a runbook, the system verifies that the
 * runbook doesn't create an infinite loop."
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
 */
export function endlessSteps({ steps, edges, reached }: Scope): StepView[] {
  const names = new Set(steps.map(({ name }) => name));
  const ends = new Set<string>();
  const leaves = (edge: Edge) => edge.to === END || !names.has(edge.to) || ends.has(edge.to);
  for (let size = -1; size !== ends.size; ) {
    size = ends.size;
    for (const edge of edges) if (leaves(edge)) ends.add(edge.from.name);
  }
  return steps.filter((step) => reached.has(step) && !ends.has(step.name));
}
