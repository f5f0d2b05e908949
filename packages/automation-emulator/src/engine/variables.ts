/**
 * References in the inputs of steps.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
import {
  type Lookup,
  type Resolved,
  resolveScript as resolveInScript,
  resolveReferences,
  type Target,
  UnresolvedReference,
} from "automation-language/references";
import { wrongInput } from "./errors.ts";
import { select } from "./outputs.ts";

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
}

/** Of references to the document's variables, and of the Name of aws:updateVariable. */
export const variablePrefix = "variable:";

/**
 * Puts values in place of references. An output whose selector found nothing in a step that succeeded stays as it is
 * written: published documents compare their inputs with that text.
 *
 * @throws StepFailure for a reference to nothing, or to a step that did not run
 */
export function resolve(value: unknown, scope: Scope): unknown {
  try {
    return resolveReferences(value, lookupIn(scope));
  } catch (error) {
    if (!(error instanceof UnresolvedReference)) throw error;
    throw wrongInput(error.message);
  }
}

/** The script of executeScript, in which double braces are Python's too: only names that exist are replaced. */
export const resolveScript = (script: string, scope: Scope): string =>
  resolveInScript(script, lookupIn(scope));

/** The parameters of Parameter Store that a value refers to, as the text between the braces: `ssm:/a/b`. */
export function storeReferences(value: unknown): string[] {
  const found = new Set<string>();
  resolveReferences(value, (target, text) => {
    if (target.kind === "store") found.add(text);
    return { kind: "literal" };
  });
  return [...found];
}

const lookupIn =
  (scope: Scope): Lookup =>
  (target, text) =>
    look(target, text, scope);

const missing = (why: string): Resolved => ({ kind: "missing", why });

function look(target: Target, name: string, scope: Scope): Resolved {
  switch (target.kind) {
    case "store":
      return missing(`${name} is read in the defaults and values of parameters only.`);
    case "variable": {
      const [, path] = split(name.slice(variablePrefix.length));
      const why = `The document has no variable ${target.name} with a value.`;
      return within(scope.variables, target.name, path, why);
    }
    case "system":
      return within(scope.system, name, "", `${name} is not defined.`);
    case "output":
      return lookAtOutput(target, name, scope);
    default:
      return within(scope.parameters, name, "", `${name} is not defined in the document.`);
  }
}

function lookAtOutput(
  { step, output }: Extract<Target, { kind: "output" }>,
  name: string,
  scope: Scope,
): Resolved {
  const outputs = scope.outputs(step);
  const path = name.slice(step.length + 1 + output.length);
  if (outputs === undefined) {
    if (scope.steps.has(step)) return missing(`The step ${step} has not succeeded.`);
    // A member of a parameter that is a map.
    const [parameter, member] = split(name);
    return within(scope.parameters, parameter, member, `${name} is not defined in the document.`);
  }
  if (!outputs.values.has(output) && outputs.declared.has(output)) return { kind: "literal" };
  return within(outputs.values, output, path, `The step ${step} has no output ${output}.`);
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
): Resolved {
  if (!values.has(name)) return missing(why);
  const value = values.get(name);
  const found = path === "" ? value : select(`$${path}`, value);
  return found === undefined ? missing(`${name} has no ${path}.`) : { kind: "value", value: found };
}
