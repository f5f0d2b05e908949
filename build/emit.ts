import { Document, Scalar, visit } from "yaml";
import type { Condition, Flow, Parameter, RunbookDocument, Step, Value } from "./types.ts";

/** AWS's limit for the content of a document, in bytes. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
export const DOCUMENT_LIMIT = 65_536;

/**
 * The most that a document may have here: AWS counts the parameters of a run into its limit.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
 */
export const DOCUMENT_BUDGET = 62.5 * 1024;

/**
 * The YAML text of a runbook: keys in the order of AWS's own documents, scripts as literal blocks,
 * the same bytes for the same runbook.
 *
 * @param scripts the inlined Python of each script step, by the step's name
 * @throws Error for a script step without a script, or a script that YAML can't hold as it is
 */
export function emit(runbook: RunbookDocument, scripts: ReadonlyMap<string, string>): string {
  const head = {
    description: runbook.description,
    schemaVersion: "0.3",
    assumeRole: value(runbook.assumeRole),
    outputs: runbook.outputs.map((output) => output.reference),
    parameters: Object.fromEntries(
      Object.entries(runbook.parameters).map(([name, parameter]) => [name, parameterOf(parameter)]),
    ),
    ...(runbook.variables && { variables: runbook.variables }),
  };
  const branched = new Set(
    runbook.flow.flatMap(({ step }) =>
      step.action === "aws:branch" ? step.choices.map(({ next }) => next) : [],
    ),
  );
  const steps = runbook.flow.map((entry, at) =>
    text(stepOf(entry, branched, runbook.flow[at + 1]?.step.name, scripts)).replace(
      /^(?=.)/gm,
      " ",
    ),
  );
  // A dash on a line of its own: each line of a script carries a blank less than beside it.
  return `${text(head)}mainSteps:\n${steps.map((step) => `-\n${step}`).join("")}`;
}

/** YAML with the least indentation, since every line of a script carries it; texts of several lines as literal blocks. */
function text(content: unknown): string {
  const document = new Document(content);
  visit(document, {
    // A map of the outputs on one line each.
    Map(_, node) {
      if (node.has("Selector")) node.flow = true;
    },
    Scalar(_, node) {
      if (typeof node.value === "string" && node.value.includes("\n"))
        node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0, indent: 1, flowCollectionPadding: false });
}

function parameterOf(parameter: Parameter): Record<string, unknown> {
  const { type, description, ...rest } = parameter;
  return { type, description, ...rest };
}

function stepOf(
  entry: Flow<string>,
  branched: ReadonlySet<string>,
  following: string | undefined,
  scripts: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const { step } = entry;
  const outputs = Object.entries(step.outputs).map(([name, output]) => ({
    Name: name,
    Selector: output.selector,
    Type: output.type,
  }));
  return {
    name: step.name,
    action: step.action,
    description: step.description,
    ...(step.timeoutSeconds === undefined ? {} : { timeoutSeconds: step.timeoutSeconds }),
    ...(step.maxAttempts === undefined ? {} : { maxAttempts: step.maxAttempts }),
    ...(entry.onFailure === undefined ? {} : { onFailure: entry.onFailure }),
    ...(entry.onCancel === undefined ? {} : { onCancel: entry.onCancel }),
    ...(entry.isCritical === undefined ? {} : { isCritical: entry.isCritical }),
    inputs: inputsOf(step, scripts),
    ...(outputs.length === 0 ? {} : { outputs }),
    // A step without nextStep goes on with the one that follows it in the document; one way of a branch is named.
    ...(entry.next === undefined || (entry.next === following && !branched.has(entry.next))
      ? {}
      : { nextStep: entry.next }),
    ...(entry.end === undefined ? {} : { isEnd: true }),
  };
}

function inputsOf(step: Step, scripts: ReadonlyMap<string, string>): Record<string, unknown> {
  switch (step.action) {
    case "aws:executeScript": {
      const script = scripts.get(step.name);
      if (script === undefined) throw new Error(`step ${step.name} has no script`);
      return {
        Runtime: "python3.11",
        Handler: "handler",
        InputPayload: value(step.payload),
        Script: script,
      };
    }
    case "aws:executeAwsApi":
      return { Service: step.service, Api: step.api, ...(value(step.parameters) as object) };
    case "aws:assertAwsResourceProperty":
      return {
        Service: step.service,
        Api: step.api,
        ...(value(step.parameters) as object),
        PropertySelector: step.propertySelector,
        DesiredValues: step.desiredValues,
      };
    case "aws:createImage":
    case "aws:copyImage":
    case "aws:approve":
    case "aws:executeAutomation":
      return value(step.inputs) as Record<string, unknown>;
    case "aws:updateVariable":
      return { Name: step.variable.reference, Value: value(step.value) };
    case "aws:branch":
      return {
        Choices: step.choices.map((choice) => ({
          ...condition(choice.all),
          NextStep: choice.next,
        })),
        Default: step.defaultNext,
      };
  }
}

function condition(all: readonly Condition[]): Record<string, unknown> {
  const parts = all.map((part) => ({ Variable: value(part.variable), ...part.is }));
  return parts.length === 1 ? { ...parts[0] } : { And: parts };
}

function value(input: Value): unknown {
  if (Array.isArray(input)) return input.map(value);
  if (typeof input !== "object") return input;
  if (isReference(input)) return `{{ ${input.reference} }}`;
  return Object.fromEntries(Object.entries(input).map(([key, part]) => [key, value(part)]));
}

const isReference = (input: object): input is { reference: string } =>
  "reference" in input && Object.keys(input).length === 1;
