/**
 * References in the inputs of steps.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
import { StepFailure } from "./errors.ts";
import { asText, isMap } from "./values.ts";

/** What a reference may name. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  /** Those of the document's variables that have a value. */
  readonly variables: ReadonlyMap<string, unknown>;
  /** Outputs of the steps that ran, by `step.Output`. */
  readonly outputs: ReadonlyMap<string, unknown>;
  /** Names of all steps, whether they ran or not. */
  readonly steps: ReadonlySet<string>;
  /** `global:…` and `automation:…`. */
  readonly system: ReadonlyMap<string, string>;
}

/** Of references to the document's variables, and of the Name of aws:updateVariable. */
export const variablePrefix = "variable:";

const reference = /\{\{\s*([A-Za-z0-9_:.-]+)\s*\}\}/g;
const whole = /^\s*\{\{\s*([A-Za-z0-9_:.-]+)\s*\}\}\s*$/;

/**
 * Puts values in place of references, in all texts of a value. A text that is one reference becomes the value itself,
 * of whatever type; a reference inside a longer text becomes text, lists and maps as JSON.
 *
 * @throws StepFailure for a reference to nothing, to a step that did not run, or to an output without a value
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return resolveText(value, scope);
  if (Array.isArray(value)) return value.map((part: unknown) => resolve(part, scope));
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [resolveKey(key, scope), resolve(part, scope)]),
    );
  }
  return value;
}

/**
 * The script of executeScript, in which double braces are Python's too: only names that exist are replaced.
 */
export function resolveScript(script: string, scope: Scope): string {
  return script.replace(reference, (text, name: string) => {
    const found = look(name, scope);
    return found.kind === "value" ? asText(found.value) : text;
  });
}

function resolveText(text: string, scope: Scope): unknown {
  const name = whole.exec(text)?.[1];
  if (name !== undefined) return required(name, scope);
  return text.replace(reference, (_, part: string) => asText(required(part, scope)));
}

const resolveKey = (key: string, scope: Scope): string => asText(resolveText(key, scope));

function required(name: string, scope: Scope): unknown {
  const found = look(name, scope);
  if (found.kind === "value") return found.value;
  throw new StepFailure(`Failed to resolve input: ${name}. ${found.why}`, {
    stage: "InputValidation",
    type: "Verification",
  });
}

type Found =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "nothing"; readonly why: string };

function look(name: string, scope: Scope): Found {
  if (name.startsWith(variablePrefix)) {
    const variable = name.slice(variablePrefix.length);
    if (scope.variables.has(variable)) {
      return { kind: "value", value: scope.variables.get(variable) };
    }
    return { kind: "nothing", why: `The document has no variable ${variable} with a value.` };
  }
  const from = name.includes(":")
    ? scope.system
    : name.includes(".")
      ? scope.outputs
      : scope.parameters;
  if (from.has(name)) return { kind: "value", value: from.get(name) };
  const step = name.slice(0, Math.max(0, name.indexOf(".")));
  return { kind: "nothing", why: why(name, step, scope) };
}

function why(name: string, step: string, scope: Scope): string {
  if (scope.steps.has(step)) {
    return `The step ${step} has not run, or it gave no value for that output.`;
  }
  return `${name} is not defined in the document.`;
}
