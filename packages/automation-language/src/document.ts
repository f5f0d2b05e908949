/**
 * An Automation document, schemaVersion 0.3, as its readers see it.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
import type { Path, Problem } from "./place.ts";
import { parseSource, type Source } from "./source.ts";
import { isRecord } from "./values.ts";

/** A step's declared output. */
export interface OutputView {
  readonly name: string;
  readonly selector: string | undefined;
  readonly type: string;
  readonly path: Path;
}

/** A step as the rules see it. Values that have another form than the schema says are left out. */
export interface StepView {
  readonly name: string;
  readonly action: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly OutputView[];
  /** A integer from 1, as such or as text, or a reference to one. */
  readonly maxAttempts: unknown;
  /** `Abort`, `Continue` or `step:NAME`; undefined stands for Abort. */
  readonly onFailure: string | undefined;
  /** `Abort` or `step:NAME`; undefined stands for Abort. */
  readonly onCancel: string | undefined;
  readonly nextStep: string | undefined;
  readonly isEnd: boolean;
  /** Whether its failure makes the whole automation fail; true unless onFailure is Continue. */
  readonly isCritical: boolean;
  readonly timeoutSeconds: unknown;
  readonly path: Path;
  /** The loop that the step stands in. */
  readonly loop: StepView | undefined;
  /** The step after it in its list. */
  readonly following: string | undefined;
}

export interface ParameterView {
  readonly name: string;
  readonly type: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** An Automation document as the rules see it. */
export interface DocumentView {
  readonly data: Readonly<Record<string, unknown>>;
  readonly parameters: readonly ParameterView[];
  readonly variables: readonly ParameterView[];
  /** All steps, those inside loops after their loop. */
  readonly steps: readonly StepView[];
  /** The references of the top-level outputs. */
  readonly outputs: readonly { readonly text: string; readonly path: Path }[];
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

const isTrue = (value: unknown): boolean => String(value).toLowerCase() === "true";

/** A integer from 1, as such or as text, such as a step's maxAttempts; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 1 ? number : undefined;
}

/** The step of `step:NAME`; undefined for Abort, Continue and nothing. */
export const jumpTarget = (value: string | undefined): string | undefined =>
  /^step:(.*)$/.exec(value ?? "")?.[1];

/** Whether a step is a loop, or stands in it or in a loop inside it; a loop's condition is looked at within its turns. */
export function standsIn(inner: StepView | undefined, loop: StepView): boolean {
  for (let step = inner; step !== undefined; step = step.loop) if (step === loop) return true;
  return false;
}

/** A document and what keeps it from being one. */
export interface ReadDocument {
  readonly source: Source;
  readonly document: DocumentView;
  /** What CreateDocument refuses; the first is where a reader should begin. Empty for a document that can run. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the text of a document, YAML or JSON. Never throws.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
 */
export function readDocument(text: string, format: "json" | "yaml" = "yaml"): ReadDocument {
  const source = parseSource(text, format);
  const document = viewDocument(source.value);
  const [syntax] = source.syntaxErrors;
  const problems =
    syntax === undefined
      ? [...structureProblems(source.value, document)]
      : [
          {
            path: [],
            message: `it is neither YAML nor JSON: ${syntax.message} (line ${syntax.line})`,
          },
        ];
  return { source, document, problems };
}

/** The least that a document needs to run: its version, steps with names of their own and actions, and targets that exist. */
function* structureProblems(value: unknown, document: DocumentView): Iterable<Problem> {
  if (!isRecord(value)) return yield { path: [], message: "it is not a map" };
  const { schemaVersion, mainSteps } = value;
  if (String(schemaVersion) !== "0.3")
    return yield {
      path: ["schemaVersion"],
      message: `its schemaVersion is ${String(schemaVersion)}, not 0.3`,
    };
  if (!Array.isArray(mainSteps) || mainSteps.length === 0)
    return yield { path: ["mainSteps"], message: "it has no steps" };
  for (const { name, type, path } of [...document.parameters, ...document.variables])
    if (type === "")
      yield { path, message: `the ${String(path[0]).slice(0, -1)} ${name} has no type` };
  const seen = new Set<string>();
  for (const step of document.steps) yield* stepProblems(step, document, seen);
}

/**
 * The steps that a step may lead to: those of its list, and of the lists around its loop, which it leaves then.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html on Exited
 */
export function namesAround({ steps }: Pick<DocumentView, "steps">, step: StepView): string[] {
  const own = steps.filter(({ loop }) => loop === step.loop).map(({ name }) => name);
  return step.loop === undefined ? own : [...own, ...namesAround({ steps }, step.loop)];
}

function* stepProblems(
  step: StepView,
  document: DocumentView,
  seen: Set<string>,
): Iterable<Problem> {
  const { name, path } = step;
  if (name === "" || step.action === "")
    return yield { path, message: "a step has no name or no action" };
  const where = `the step ${name}`;
  if (!/^[a-zA-Z0-9_]+$/.test(name))
    yield { path, message: `${where} has a name with other characters than letters, digits and _` };
  if (seen.has(name)) yield { path, message: `two steps are called ${name}` };
  seen.add(name);
  for (const key of ["maxAttempts", "timeoutSeconds"] as const) {
    const count = step[key];
    if (count === undefined || (typeof count === "string" && count.includes("{{"))) continue;
    if (countOf(count) === undefined)
      yield {
        path: [...path, key],
        message: `${where} has the ${key} ${JSON.stringify(count)}, which is not an integer from 1`,
      };
  }
  const siblings = namesAround(document, step);
  for (const [key, words] of [
    ["onFailure", ["Abort", "Continue"]],
    ["onCancel", ["Abort"]],
  ] as const) {
    const value = step[key];
    if (value === undefined || words.some((word) => word.toLowerCase() === value.toLowerCase()))
      continue;
    const target = jumpTarget(value);
    if (target === undefined)
      yield {
        path: [...path, key],
        message: `${where} has the ${key} ${value}; write ${words.join(", ")} or step:NAME`,
      };
    else if (!siblings.includes(target))
      yield { path: [...path, key], message: `${where} leads to ${target}, which is not a step` };
  }
  if (
    step.nextStep !== undefined &&
    !step.nextStep.includes("{{") &&
    !siblings.includes(step.nextStep)
  )
    yield {
      path: [...path, "nextStep"],
      message: `${where} leads to ${step.nextStep}, which is not a step`,
    };
  for (const { name: output, selector, path: place } of step.outputs)
    if (selector === undefined)
      yield { path: place, message: `the output ${output} of ${where} has no Selector` };
}

/** Reads a parsed document tolerantly: the schema rule reports what has the wrong form. */
export function viewDocument(value: unknown): DocumentView {
  const data = isRecord(value) ? value : {};
  const named = (key: string): ParameterView[] =>
    Object.entries(isRecord(data[key]) ? data[key] : {}).map(([name, spec]) => ({
      name,
      type: isRecord(spec) ? (text(spec.type) ?? "") : "",
      spec: isRecord(spec) ? spec : {},
      path: [key, name],
    }));
  const outputs = Array.isArray(data.outputs) ? data.outputs : [];
  return {
    data,
    parameters: named("parameters"),
    variables: named("variables"),
    steps: viewSteps(data.mainSteps, ["mainSteps"], undefined),
    outputs: outputs.flatMap((output: unknown, at) =>
      typeof output === "string" ? [{ text: output, path: ["outputs", at] }] : [],
    ),
  };
}

function viewSteps(list: unknown, path: Path, loop: StepView | undefined): StepView[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, at): StepView[] => {
    if (!isRecord(entry)) return [];
    const following: unknown = list[at + 1];
    const inputs = isRecord(entry.inputs) ? entry.inputs : {};
    const step: StepView = {
      name: text(entry.name) ?? "",
      action: text(entry.action) ?? "",
      inputs,
      outputs: viewOutputs(entry.outputs, [...path, at, "outputs"]),
      onFailure: text(entry.onFailure),
      onCancel: text(entry.onCancel),
      nextStep: text(entry.nextStep),
      isEnd: isTrue(entry.isEnd),
      isCritical:
        entry.isCritical === undefined
          ? !/^continue$/i.test(text(entry.onFailure) ?? "")
          : isTrue(entry.isCritical),
      maxAttempts: entry.maxAttempts,
      timeoutSeconds: entry.timeoutSeconds,
      path: [...path, at],
      loop,
      following: isRecord(following) ? text(following.name) : undefined,
    };
    return step.action === "aws:loop"
      ? [step, ...viewSteps(inputs.Steps, [...path, at, "inputs", "Steps"], step)]
      : [step];
  });
}

function viewOutputs(list: unknown, path: Path): OutputView[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, at) =>
    isRecord(entry) && typeof entry.Name === "string"
      ? [
          {
            name: entry.Name,
            selector: text(entry.Selector),
            type: text(entry.Type) ?? "String",
            path: [...path, at],
          },
        ]
      : [],
  );
}
