import type { Path } from "./place.ts";

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
  readonly onFailure: string | undefined;
  readonly onCancel: string | undefined;
  readonly nextStep: string | undefined;
  readonly isEnd: boolean;
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

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

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
      isEnd: entry.isEnd === true || entry.isEnd === "true",
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
