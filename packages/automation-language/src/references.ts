import type { DocumentView, StepView } from "./document.ts";
import { isRecord } from "./document.ts";
import type { Path } from "./place.ts";

/** One `{{ … }}` in the document. */
export interface Reference {
  /** What stands between the braces, trimmed. */
  readonly text: string;
  readonly target: Target;
  readonly path: Path;
  /** The step in which it stands; undefined for assumeRole and the document's outputs. */
  readonly step: StepView | undefined;
  /** Whether it is the whole value, so that the value has the reference's type. */
  readonly whole: boolean;
}

export type Target =
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  | {
      readonly kind: "output";
      readonly step: string;
      readonly output: string;
      readonly deeper: boolean;
    }
  | { readonly kind: "system"; readonly name: string }
  | { readonly kind: "store" }
  | { readonly kind: "malformed" };

/** The target that the text between braces names. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
export function parseTarget(text: string): Target {
  if (/^(ssm|ssm-secure|resolve):/.test(text)) return { kind: "store" };
  if (/^(global|automation):/i.test(text)) return { kind: "system", name: text };
  const variable = /^variable:([A-Za-z0-9_-]+)(\.\S+)?$/.exec(text);
  if (variable) return { kind: "variable", name: variable[1] ?? "" };
  const output = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)([.[].*)?$/.exec(text);
  if (output)
    return {
      kind: "output",
      step: output[1] ?? "",
      output: output[2] ?? "",
      deeper: output[3] !== undefined,
    };
  if (/^[A-Za-z0-9_-]+$/.test(text)) return { kind: "parameter", name: text };
  return { kind: "malformed" };
}

/** Keys whose text Automation shows or runs as it is, rather than filling references in. */
const untouched = new Set(["description", "Script", "name", "action"]);

/** All references of the document, those of loops' inner steps once, under the inner step. */
export function findReferences(document: DocumentView): Reference[] {
  const own = document.steps.flatMap((step) =>
    ["inputs", "timeoutSeconds", "maxAttempts", "nextStep"].flatMap((key) => {
      const value = key === "inputs" ? step.inputs : fieldOf(document, [...step.path, key]);
      const inputs =
        key === "inputs" && step.action === "aws:loop" && isRecord(value)
          ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== "Steps"))
          : value;
      return within(inputs, [...step.path, key], step);
    }),
  );
  const roles = within(document.data.assumeRole, ["assumeRole"], undefined);
  const outputs = document.outputs.map(({ text, path }): Reference => {
    const bare = text.replace(/^\{\{\s*|\s*\}\}$/g, "");
    return { text: bare, target: parseTarget(bare), path, step: undefined, whole: true };
  });
  return [...roles, ...own, ...outputs];
}

function fieldOf(document: DocumentView, path: Path): unknown {
  let value: unknown = document.data;
  for (const part of path)
    value = Array.isArray(value)
      ? value[Number(part)]
      : isRecord(value)
        ? value[String(part)]
        : undefined;
  return value;
}

function within(value: unknown, path: Path, step: StepView | undefined): Reference[] {
  if (typeof value === "string") return inText(value, path, step);
  if (Array.isArray(value)) return value.flatMap((part, at) => within(part, [...path, at], step));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const top = path.length === (step?.path.length ?? 0) + 1;
    if (top && untouched.has(key) && step?.action === "aws:executeScript") return [];
    return [
      ...within(part, [...path, key], step),
      ...inText(key, [...path, key], step).map((one) => ({ ...one, whole: false })),
    ];
  });
}

/** `{{.Names}}`, `{{ range … }}`, `{{- end }}` and `{{ "\n" }}` belong to other template languages inside commands. */
const foreign = /^[-.$"'`(]|^(range|end|if|else|with|define|template|block|json|println)\b/;

export function inText(text: string, path: Path, step: StepView | undefined): Reference[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].flatMap((match): Reference[] => {
    const inner = (match[1] ?? "").trim();
    if (foreign.test(inner)) return [];
    return [
      { text: inner, target: parseTarget(inner), path, step, whole: match[0] === text.trim() },
    ];
  });
}
