/**
 * References, `{{ … }}`: what they name, where they stand in a document, and the values in their place.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
import type { DocumentView, StepView } from "./document.ts";
import type { Path } from "./place.ts";
import { asText, isRecord } from "./values.ts";

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
      /** More follows after the output, as in `step.Output.Key`. */
      readonly deeper: boolean;
    }
  | { readonly kind: "system"; readonly name: string }
  /** `{{ ssm:NAME }}`: a parameter of Parameter Store. `name` is undefined for other stores. */
  | { readonly kind: "store"; readonly name: string | undefined }
  | { readonly kind: "malformed" };

/** The system variables. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
export const systemVariables = [
  "global:ACCOUNT_ID",
  "global:AWS_PARTITION",
  "global:DATE",
  "global:DATE_TIME",
  "global:REGION",
  "automation:EXECUTION_ID",
] as const;

/** The target that the text between braces names. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
export function parseTarget(text: string): Target {
  const store = /^(ssm|ssm-secure|resolve):(.*)$/.exec(text);
  if (store) return { kind: "store", name: store[1] === "ssm" ? store[2]?.trim() : undefined };
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

/**
 * References to Parameter Store where there may be none: "SSM Parameter directly referenced in step input" has
 * CreateDocument refuse the document, and one for assumeRole is not supported. They stand in the default of a parameter,
 * or in the value that is given for it.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
export const misplacedStoreReferences = (references: readonly Reference[]): Reference[] =>
  references.filter(({ target }) => target.kind === "store" && target.name !== undefined);

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

/** What a reference stands for when the automation runs. */
export type Resolved =
  | { readonly kind: "value"; readonly value: unknown }
  /** The text stays as it is written, as for an output whose selector found nothing. */
  | { readonly kind: "literal" }
  /** Nothing: the step fails. `why` is a sentence. */
  | { readonly kind: "missing"; readonly why: string };

/** The value of a target. `text` is what stands between the braces, trimmed. */
export type Lookup = (target: Target, text: string) => Resolved;

export class UnresolvedReference extends Error {
  override readonly name = "UnresolvedReference";
  constructor(
    /** What stands between the braces. */
    readonly reference: string,
    readonly why: string,
  ) {
    super(`Failed to resolve input: ${reference}. ${why}`);
  }
}

const once = /\{\{([^{}]*)\}\}/g;
const whole = /^\s*\{\{([^{}]*)\}\}\s*$/;

/**
 * Puts values in place of references, in all texts of a value and in the keys of its maps. A text that is one
 * reference becomes the value itself, of whatever type; inside a longer text lists and maps become JSON. A list that
 * stands as an entry of a list is spread into it. Braces that hold no reference stay.
 *
 * @throws UnresolvedReference for a reference that the lookup calls missing
 */
export function resolveReferences(value: unknown, lookup: Lookup): unknown {
  if (typeof value === "string") return resolveText(value, lookup);
  if (Array.isArray(value))
    return value.flatMap((part: unknown) => {
      const found = resolveReferences(part, lookup);
      return typeof part === "string" && Array.isArray(found) ? (found as unknown[]) : [found];
    });
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      asText(resolveText(key, lookup)),
      resolveReferences(part, lookup),
    ]),
  );
}

/** The script of aws:executeScript, in which double braces are Python's too: only what has a value is replaced. */
export const resolveScript = (script: string, lookup: Lookup): string =>
  script.replace(once, (text, inner: string) => {
    const found = lookupOf(inner, lookup);
    return found?.kind === "value" ? asText(found.value) : text;
  });

/** Whether a text is one reference as a whole, so that its value keeps its type. */
export const isReference = (text: string): boolean => whole.test(text);

function resolveText(text: string, lookup: Lookup): unknown {
  const only = whole.exec(text)?.[1];
  if (only !== undefined) {
    const found = required(only, lookup);
    return found.kind === "value" ? found.value : text;
  }
  return text.replace(once, (written, inner: string) => {
    const found = required(inner, lookup);
    return found.kind === "value" ? asText(found.value) : written;
  });
}

function required(inner: string, lookup: Lookup): Exclude<Resolved, { kind: "missing" }> {
  const found = lookupOf(inner, lookup) ?? { kind: "literal" };
  if (found.kind === "missing") throw new UnresolvedReference(inner.trim(), found.why);
  return found;
}

/** Undefined for braces of other template languages, and for what is not a reference. */
function lookupOf(inner: string, lookup: Lookup): Resolved | undefined {
  const text = inner.trim();
  if (foreign.test(text)) return undefined;
  const target = parseTarget(text);
  return target.kind === "malformed" ? undefined : lookup(target, text);
}
