/**
 * Automation documents, schemaVersion 0.3, as the engine runs them.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */
import { actions } from "automation-language/actions";
import {
  countOf,
  type DocumentView,
  type ParameterView,
  readDocument,
  type StepView,
  viewDocument,
} from "automation-language/document";
import { endlessSteps, scopesOf } from "automation-language/graph";
import { limitsOf, type ParameterLimits } from "automation-language/parameters";
import { findReferences, misplacedStoreReferences } from "automation-language/references";
import { wrongParameters } from "./errors.ts";
import { rememberLast } from "./remember.ts";

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
  readonly limits: ParameterLimits;
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

/** A text as a document, or why it is none. */
export type Read =
  | { readonly document: Document }
  | {
      readonly problem: string;
      /** It says of itself that it is an Automation document. */
      readonly isAutomation: boolean;
    };

/** Reads the text of a document, YAML or JSON, once for all that ask: when it is made, and for all its executions. */
export const readAutomation: (content: string) => Read = rememberLast(100, (content) => {
  const { source, document, problems } = readDocument(content);
  const problem =
    problems[0]?.message ??
    reservedOutput(document.steps) ??
    misplacedStore(document) ??
    endless(document);
  if (problem === undefined) return { document: definitionsIn(source.exact()) };
  return { problem, isAutomation: String(document.data.schemaVersion) === "0.3" };
});

/**
 * The document that a text is.
 *
 * @throws AwsError for a text that is not an Automation document
 */
export function parseDocument(name: string, content: string): Document {
  const read = readAutomation(content);
  if ("document" in read) return read.document;
  throw wrongParameters(`Document ${name} is invalid: ${read.problem}.`);
}

function definitionsIn(value: unknown): Document {
  const { data, parameters, variables, outputs, steps } = viewDocument(value);
  return {
    assumeRole: typeof data.assumeRole === "string" ? data.assumeRole : "",
    parameters: definitionsOf(parameters),
    variables: definitionsOf(variables),
    outputs: outputs.map(({ text }) => text.replace(/^\{\{\s*|\s*\}\}$/g, "").trim()),
    steps: stepsIn(undefined, steps),
    stepNames: new Set(steps.map((step) => step.name)),
  };
}

const definitionsOf = (views: readonly ParameterView[]): ReadonlyMap<string, ParameterDefinition> =>
  new Map(
    views.map((view) => [
      view.name,
      {
        type: view.type,
        ...(view.spec.default !== undefined && { default: view.spec.default }),
        limits: limitsOf(view),
      },
    ]),
  );

/** The steps of a list: the document's, or those of a loop. */
const stepsIn = (loop: StepView | undefined, all: readonly StepView[]): readonly StepDefinition[] =>
  all.filter((step) => step.loop === loop).map((step) => definitionOf(step, all));

function definitionOf(step: StepView, all: readonly StepView[]): StepDefinition {
  const { name, action, inputs, nextStep, isEnd, isCritical, outputs } = step;
  return {
    name,
    action,
    inputs,
    outputs: outputs.map(({ name: output, selector = "$", type }) => ({
      name: output,
      selector,
      type,
    })),
    maxAttempts: count(step.maxAttempts) ?? 1,
    ...(step.timeoutSeconds !== undefined && { timeoutSeconds: count(step.timeoutSeconds) ?? 1 }),
    onFailure: word(step.onFailure, ["Abort", "Continue"]),
    onCancel: word(step.onCancel, ["Abort"]),
    isCritical,
    isEnd,
    ...(nextStep !== undefined && { nextStep }),
    ...(action === "aws:loop" && { steps: stepsIn(step, all) }),
  };
}

const count = (value: unknown): Count | undefined =>
  typeof value === "string" && value.includes("{{") ? value : countOf(value);

const word = (text = "Abort", words: readonly string[]): string =>
  words.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text;

/** Where a document refers to Parameter Store and AWS has it refer to a parameter with that default. */
function misplacedStore(document: DocumentView): string | undefined {
  const [found] = misplacedStoreReferences(findReferences(document));
  if (found === undefined) return undefined;
  const where = found.step === undefined ? "its assumeRole" : `the step ${found.step.name}`;
  return `${where} refers to {{ ${found.text} }}; Parameter Store is read in the defaults and values of parameters only`;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html */
function endless(document: DocumentView): string | undefined {
  const caught = scopesOf(document).flatMap(endlessSteps);
  if (caught.length === 0) return undefined;
  return `it has an infinite loop: ${caught.map(({ name }) => name).join(", ")} lead only to one another`;
}

/**
 * What an action puts out by itself, a step may not declare as something else; only aws:executeScript's Payload is a
 * name like any other.
 *
 * @see https://github.com/cdklabs/cdk-ssm-documents/issues/55
 */
function reservedOutput(steps: readonly StepView[]): string | undefined {
  for (const { name, action, outputs } of steps) {
    const own = action === "aws:executeScript" ? {} : (actions[action]?.outputs ?? {});
    const found = outputs.find(
      (output) =>
        output.name === "OutputPayload" ||
        (Object.hasOwn(own, output.name) && output.selector !== `$.${output.name}`),
    );
    if (found !== undefined) {
      return `the step ${name} declares the output ${found.name}, a name that is reserved`;
    }
  }
  return undefined;
}
