/**
 * Automation documents, schemaVersion 0.3, as they come from SSM.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
import { actions } from "automation-language/actions";
import { parse } from "yaml";
import { AwsError } from "./errors.ts";
import { exactNumber, isMap } from "./values.ts";

export interface Document {
  /** Text with references; empty where the document has none. */
  readonly assumeRole: string;
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  /** Values that steps may change with aws:updateVariable. */
  readonly variables: ReadonlyMap<string, ParameterDefinition>;
  /** `step.Output` of the outputs section. */
  readonly outputs: readonly string[];
  readonly steps: readonly StepDefinition[];
  /** The names of all steps, those inside loops too. */
  readonly stepNames: ReadonlySet<string>;
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

/** An integer from 1, or a text with a reference to one. */
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
  /** Those inside a loop. */
  readonly steps?: readonly StepDefinition[];
}

/**
 * Reads the text of a document, YAML or JSON.
 *
 * @throws AwsError for a text that is no Automation document
 */
export function parseDocument(name: string, content: string): Document {
  let root: unknown;
  try {
    root = exact(parse(content, { intAsBigInt: true }));
  } catch (error) {
    throw invalid(name, `it is neither YAML nor JSON: ${String(error)}`);
  }
  if (!isMap(root)) throw invalid(name, "it is not a map");
  if (String(root.schemaVersion) !== "0.3") {
    throw invalid(name, `its schemaVersion is ${String(root.schemaVersion)}, not 0.3`);
  }
  const { mainSteps, parameters, variables, outputs = [], assumeRole } = root;
  const steps = parseSteps(name, "it", mainSteps);
  return {
    assumeRole: typeof assumeRole === "string" ? assumeRole : "",
    parameters: parseDefinitions(name, "parameter", parameters),
    variables: parseDefinitions(name, "variable", variables),
    outputs: Array.isArray(outputs) ? outputs.map(outputName) : [],
    steps,
    stepNames: namesOf(name, steps),
  };
}

/** Integers of a document as numbers, where a number holds them exactly. */
function exact(value: unknown): unknown {
  if (typeof value === "bigint") return exactNumber(String(value));
  if (Array.isArray(value)) return value.map(exact);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, exact(part)]));
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

function parseSteps(document: string, where: string, list: unknown): readonly StepDefinition[] {
  if (!Array.isArray(list) || list.length === 0) throw invalid(document, `${where} has no steps`);
  const steps = list.map((step: unknown) => parseStep(document, step));
  checkTargets(document, steps);
  return steps;
}

/** The names of steps and of those inside them, each once. */
function namesOf(document: string, steps: readonly StepDefinition[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (step: StepDefinition): void => {
    if (names.has(step.name)) throw invalid(document, `two steps are called ${step.name}`);
    names.add(step.name);
    step.steps?.forEach(add);
  };
  steps.forEach(add);
  return names;
}

function parseStep(document: string, input: unknown): StepDefinition {
  if (!isMap(input) || typeof input.name !== "string" || typeof input.action !== "string") {
    throw invalid(document, "a step has no name or no action");
  }
  const { name, action, outputs, nextStep } = input;
  const inputs = isMap(input.inputs) ? input.inputs : {};
  const where = `the step ${name}`;
  if (!/^[a-zA-Z0-9_]+$/.test(name))
    throw invalid(document, `${where} has a name with other characters than letters, digits and _`);
  const onFailure = route(document, where, input.onFailure, ["Abort", "Continue"]);
  return {
    name,
    action,
    inputs,
    outputs: Array.isArray(outputs)
      ? outputs.map((output: unknown) => parseOutput(document, where, action, output))
      : [],
    ...(action === "aws:loop" && { steps: parseSteps(document, where, inputs.Steps) }),
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
    `${where} has the ${name} ${JSON.stringify(value)}, which is not an integer from 1`,
  );
}

/** An integer from 1, as such or as a text; undefined for anything else. */
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
  throw invalid(document, `${where} says ${text}, which must be ${words.join(", ")} or step:NAME`);
}

function parseOutput(
  document: string,
  where: string,
  action: string,
  input: unknown,
): OutputDefinition {
  if (!isMap(input) || typeof input.Name !== "string" || typeof input.Selector !== "string") {
    throw invalid(document, `an output of ${where} has no Name or no Selector`);
  }
  const { Name: name, Selector: selector, Type: type } = input;
  if (isReserved(action, name, selector)) {
    throw invalid(document, `${where} declares the output ${name}, a name that is reserved`);
  }
  return { name, selector, type: typeof type === "string" ? type : "String" };
}

/**
 * What an action puts out by itself, a step may not declare as something else; only aws:executeScript's Payload is a
 * name like any other.
 *
 * @see https://github.com/cdklabs/cdk-ssm-documents/issues/55
 */
const isReserved = (action: string, name: string, selector: string): boolean =>
  name === "OutputPayload" ||
  (action !== "aws:executeScript" &&
    selector !== `$.${name}` &&
    Object.hasOwn(actions[action]?.outputs ?? {}, name));

function checkTargets(document: string, steps: readonly StepDefinition[]): void {
  const names = new Set(steps.map(({ name }) => name));
  for (const step of steps) {
    for (const target of [step.nextStep, targetOf(step.onFailure), targetOf(step.onCancel)]) {
      if (target !== undefined && !names.has(target)) {
        throw invalid(
          document,
          `the step ${step.name} leads to ${target}, and there is no such step`,
        );
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
