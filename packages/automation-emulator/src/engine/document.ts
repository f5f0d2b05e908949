/**
 * Automation documents, schemaVersion 0.3, as they come from SSM.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
import { parse } from "yaml";
import { AwsError } from "./errors.ts";
import { isMap } from "./values.ts";

export interface Document {
  /** Text with references; empty where the document has none. */
  readonly assumeRole: string;
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  /** Values that steps may change with aws:updateVariable. */
  readonly variables: ReadonlyMap<string, ParameterDefinition>;
  /** `step.Output` of the outputs section. */
  readonly outputs: readonly string[];
  readonly steps: readonly StepDefinition[];
}

export interface ParameterDefinition {
  readonly type: string;
  /** Undefined for a parameter that must be given. */
  readonly default?: unknown;
  readonly allowedValues?: readonly unknown[];
  readonly allowedPattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minChars?: number;
  readonly maxChars?: number;
}

export interface OutputDefinition {
  readonly name: string;
  readonly selector: string;
  readonly type: string;
}

/** A whole number from 1, or a text with a reference to one. */
export type Count = number | string;

export interface StepDefinition {
  readonly name: string;
  readonly action: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly OutputDefinition[];
  readonly maxAttempts: Count;
  /** In AWS time; undefined for the action's own. */
  readonly timeoutSeconds?: Count;
  /** `Abort`, `Continue` or `step:NAME`. */
  readonly onFailure: string;
  /** `Abort` or `step:NAME`. */
  readonly onCancel: string;
  readonly isCritical: boolean;
  readonly isEnd: boolean;
  readonly nextStep?: string;
}

/**
 * Reads the text of a document, YAML or JSON.
 *
 * @throws AwsError for a text that is no Automation document
 */
export function parseDocument(name: string, content: string): Document {
  let root: unknown;
  try {
    root = parse(content);
  } catch (error) {
    throw invalid(name, `it is neither YAML nor JSON: ${String(error)}`);
  }
  if (!isMap(root)) throw invalid(name, "it is no map");
  if (String(root.schemaVersion) !== "0.3") {
    throw invalid(name, `its schemaVersion is ${String(root.schemaVersion)}, not 0.3`);
  }
  const { mainSteps, parameters, variables, outputs = [], assumeRole } = root;
  if (!Array.isArray(mainSteps) || mainSteps.length === 0) throw invalid(name, "it has no steps");
  const steps = mainSteps.map((step: unknown) => parseStep(name, step));
  checkTargets(name, steps);
  return {
    assumeRole: typeof assumeRole === "string" ? assumeRole : "",
    parameters: parseDefinitions(name, "parameter", parameters),
    variables: parseDefinitions(name, "variable", variables),
    outputs: Array.isArray(outputs) ? outputs.map(outputName) : [],
    steps,
  };
}

/** The outputs section lists names, with or without the braces of a reference. */
const outputName = (output: unknown): string =>
  String(output)
    .replace(/^\{\{\s*|\s*\}\}$/g, "")
    .trim();

function parseDefinitions(
  document: string,
  kind: "parameter" | "variable",
  section: unknown,
): ReadonlyMap<string, ParameterDefinition> {
  return new Map(
    Object.entries(isMap(section) ? section : {}).map(([name, definition]) => [
      name,
      parseDefinition(document, `the ${kind} ${name}`, definition),
    ]),
  );
}

function parseDefinition(document: string, where: string, input: unknown): ParameterDefinition {
  if (!isMap(input) || typeof input.type !== "string") {
    throw invalid(document, `${where} has no type`);
  }
  const { allowedValues, allowedPattern } = input;
  return {
    type: input.type,
    ...(input.default !== undefined && { default: input.default }),
    ...(Array.isArray(allowedValues) && { allowedValues }),
    ...(typeof allowedPattern === "string" && { allowedPattern }),
    ...count(input, "minItems"),
    ...count(input, "maxItems"),
    ...count(input, "minChars"),
    ...count(input, "maxChars"),
  };
}

function count<K extends string>(
  input: Readonly<Record<string, unknown>>,
  key: K,
): { [P in K]?: number } {
  const number = Number(input[key]);
  const none: { [P in K]?: number } = {};
  return input[key] === undefined || Number.isNaN(number) ? none : { ...none, [key]: number };
}

function parseStep(document: string, input: unknown): StepDefinition {
  if (!isMap(input) || typeof input.name !== "string" || typeof input.action !== "string") {
    throw invalid(document, "a step has no name or no action");
  }
  const { name, action, inputs, outputs, nextStep } = input;
  const where = `the step ${name}`;
  if (!/^[a-zA-Z0-9_]+$/.test(name))
    throw invalid(document, `${where} has a name of wrong letters`);
  const onFailure = route(document, where, input.onFailure, ["Abort", "Continue"]);
  return {
    name,
    action,
    inputs: isMap(inputs) ? inputs : {},
    outputs: Array.isArray(outputs)
      ? outputs.map((output: unknown) => parseOutput(document, where, output))
      : [],
    maxAttempts: parseCount(document, where, "maxAttempts", input.maxAttempts ?? 1),
    ...(input.timeoutSeconds !== undefined && {
      timeoutSeconds: parseCount(document, where, "timeoutSeconds", input.timeoutSeconds),
    }),
    onFailure,
    onCancel: route(document, where, input.onCancel, ["Abort"]),
    isCritical:
      input.isCritical === undefined ? onFailure !== "Continue" : isTrue(input.isCritical),
    isEnd: isTrue(input.isEnd),
    ...(typeof nextStep === "string" && { nextStep }),
  };
}

function parseCount(document: string, where: string, name: string, value: unknown): Count {
  if (typeof value === "string" && value.includes("{{")) return value;
  const number = countOf(value);
  if (number !== undefined) return number;
  throw invalid(
    document,
    `${where} has the ${name} ${JSON.stringify(value)}, which is no whole number from 1`,
  );
}

/** A whole number from 1, as such or as a text; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 1 ? number : undefined;
}

const isTrue = (value: unknown): boolean => String(value).toLowerCase() === "true";

function route(document: string, where: string, value: unknown, words: readonly string[]): string {
  if (value === undefined) return "Abort";
  const text = String(value);
  const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
  if (word !== undefined) return word;
  if (text.startsWith("step:")) return text;
  throw invalid(
    document,
    `${where} says ${text}, where ${words.join(", ")} or step:NAME may stand`,
  );
}

function parseOutput(document: string, where: string, input: unknown): OutputDefinition {
  if (!isMap(input) || typeof input.Name !== "string" || typeof input.Selector !== "string") {
    throw invalid(document, `an output of ${where} has no Name or no Selector`);
  }
  const { Name: name, Selector: selector, Type: type } = input;
  return { name, selector, type: typeof type === "string" ? type : "String" };
}

function checkTargets(document: string, steps: readonly StepDefinition[]): void {
  const names = new Set<string>();
  for (const { name } of steps) {
    if (names.has(name)) throw invalid(document, `two steps are called ${name}`);
    names.add(name);
  }
  for (const step of steps) {
    for (const target of [step.nextStep, targetOf(step.onFailure), targetOf(step.onCancel)]) {
      if (target !== undefined && !names.has(target)) {
        throw invalid(document, `the step ${step.name} leads to ${target}, which is no step`);
      }
    }
  }
}

/** The step of `step:NAME`. */
export const targetOf = (value: string): string | undefined =>
  value.startsWith("step:") ? value.slice("step:".length) : undefined;

const invalid = (name: string, why: string): AwsError =>
  new AwsError(
    "InvalidAutomationExecutionParametersException",
    `Document ${name} is invalid: ${why}.`,
  );
