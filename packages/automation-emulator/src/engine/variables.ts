/**
 * References in the inputs of steps.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
import { StepFailure } from "./errors.ts";
import { select } from "./outputs.ts";
import { asText, isMap } from "./values.ts";

/** The outputs of a step that succeeded. */
export interface Outputs {
  /** Those that have a value. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Those that the step declares. */
  readonly declared: ReadonlySet<string>;
}

/** What a reference may name. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  /** Those of the document's variables that have a value. */
  readonly variables: ReadonlyMap<string, unknown>;
  /** Outputs of a step that succeeded; undefined for one that has not. */
  readonly outputs: (step: string) => Outputs | undefined;
  /** Names of all steps, whether they ran or not. */
  readonly steps: ReadonlySet<string>;
  /** `global:…` and `automation:…`. */
  readonly system: ReadonlyMap<string, string>;
  /** Parameters of Parameter Store, by the text of the reference: `ssm:NAME`. */
  readonly store: ReadonlyMap<string, unknown>;
}

/** Of references to the document's variables, and of the Name of aws:updateVariable. */
export const variablePrefix = "variable:";

const reference = /\{\{\s*((?:ssm:)?[A-Za-z0-9_:./-]+(?:\[[^\]{}]+\][A-Za-z0-9_.[\]-]*)?)\s*\}\}/g;
const whole = new RegExp(`^\\s*${reference.source}\\s*$`);

/**
 * Puts values in place of references, in all texts of a value. A text that is one reference becomes the value itself,
 * of whatever type; a reference inside a longer text becomes text, lists and maps as JSON. A list in a list that came
 * from a reference is flattened into it.
 *
 * @throws StepFailure for a reference to nothing, or to a step that did not run
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return resolveText(value, scope);
  if (Array.isArray(value)) return value.flatMap((part: unknown) => resolveItem(part, scope));
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [resolveKey(key, scope), resolve(part, scope)]),
    );
  }
  return value;
}

/** A list that a document writes inside a list stays one: only what a reference brings in is flattened. */
const resolveItem = (part: unknown, scope: Scope): unknown =>
  typeof part === "string" ? resolve(part, scope) : [resolve(part, scope)];

/**
 * The script of executeScript, in which double braces are Python's too: only names that exist are replaced.
 */
export function resolveScript(script: string, scope: Scope): string {
  return script.replace(reference, (text, name: string) => {
    const found = look(name, scope);
    return found.kind === "value" ? asText(found.value) : text;
  });
}

/** The names that stand as references in a value, such as `ssm:/a/b`. */
export function referencesIn(value: unknown): string[] {
  if (typeof value === "string") return [...value.matchAll(reference)].map(([, name = ""]) => name);
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isMap(value) ? Object.entries(value).flatMap(referencesIn) : [];
}

function resolveText(text: string, scope: Scope): unknown {
  const name = whole.exec(text)?.[1];
  if (name !== undefined) return required(name, text, scope);
  return text.replace(reference, (match, part: string) => asText(required(part, match, scope)));
}

const resolveKey = (key: string, scope: Scope): string => asText(resolveText(key, scope));

/**
 * The value of a reference, or the reference as it is written, where it is to an output whose selector found nothing
 * in a step that succeeded: published documents compare their inputs with that text.
 */
function required(name: string, written: string, scope: Scope): unknown {
  const found = look(name, scope);
  if (found.kind === "value") return found.value;
  if (found.kind === "empty") return written;
  throw new StepFailure(`Failed to resolve input: ${name}. ${found.why}`, {
    stage: "InputValidation",
    type: "Verification",
  });
}

type Found =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "empty" }
  | { readonly kind: "nothing"; readonly why: string };

const nothing = (why: string): Found => ({ kind: "nothing", why });

function look(name: string, scope: Scope): Found {
  if (name.startsWith("ssm:")) {
    return within(scope.store, name, "", `The parameter ${name.slice(4)} was not read.`);
  }
  if (name.startsWith(variablePrefix)) {
    const [variable, deeper] = split(name.slice(variablePrefix.length));
    const why = `The document has no variable ${variable} with a value.`;
    return within(scope.variables, variable, deeper, why);
  }
  if (name.includes(":")) return within(scope.system, name, "", `${name} is not defined.`);
  const [first, rest] = split(name);
  const outputs = scope.outputs(first);
  if (outputs !== undefined && rest.startsWith(".")) {
    const [output, deeper] = split(rest.slice(1));
    if (!outputs.values.has(output) && outputs.declared.has(output)) return { kind: "empty" };
    const why = `The step ${first} has no output ${output}.`;
    return within(outputs.values, output, deeper, why);
  }
  if (scope.steps.has(first) && rest !== "") return nothing(`The step ${first} has not succeeded.`);
  return within(scope.parameters, first, rest, `${name} is not defined in the document.`);
}

/** A name, and the path into its value that follows it. */
function split(text: string): readonly [string, string] {
  const at = text.search(/[.[]/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

function within(
  values: ReadonlyMap<string, unknown>,
  name: string,
  path: string,
  why: string,
): Found {
  if (!values.has(name)) return nothing(why);
  const value = values.get(name);
  const found = path === "" ? value : select(`$${path}`, value);
  return found === undefined ? nothing(`${name} has no ${path}.`) : { kind: "value", value: found };
}
