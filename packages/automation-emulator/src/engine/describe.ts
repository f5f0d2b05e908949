/** Filters and pages of DescribeAutomationExecutions and DescribeAutomationStepExecutions. */

import { AwsError } from "./errors.ts";
import { currentStep, type Execution, type StepRecord, startOf } from "./executions.ts";
import { type Input, maps, optionalString, requiredString, strings, validation } from "./input.ts";
import { isCrossAccount, metadataView, stepView } from "./views.ts";

type Matcher<T> = (values: readonly string[]) => (item: T) => boolean;

const before =
  <T>(timeOf: (item: T) => number | undefined): Matcher<T> =>
  ([text = ""]) =>
  (item) =>
    (timeOf(item) ?? Number.POSITIVE_INFINITY) <= moment(text);

const after =
  <T>(timeOf: (item: T) => number | undefined): Matcher<T> =>
  ([text = ""]) =>
  (item) =>
    (timeOf(item) ?? Number.NEGATIVE_INFINITY) >= moment(text);

const among =
  <T>(textOf: (item: T) => string | undefined): Matcher<T> =>
  (values) =>
  (item) =>
    values.includes(textOf(item) ?? "");

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecutionFilter.html */
const executionFilters: Readonly<Record<string, Matcher<Execution>>> = {
  DocumentNamePrefix: (values) => (item) =>
    values.some((value) => item.documentName.startsWith(value)),
  ExecutionStatus: among((item) => item.state.status),
  ExecutionId: among((item) => item.id),
  ParentExecutionId: among((item) => item.parent),
  CurrentAction: among((item) => currentStep(item)?.definition.action),
  StartTimeBefore: before((item) => item.started),
  StartTimeAfter: after((item) => item.started),
  AutomationType: among((item) => (isCrossAccount(item) ? "CrossAccount" : "Local")),
  TagKey: (values) => (item) => values.some((value) => item.tags.has(value)),
  TargetResourceGroup: (values) => (item) =>
    resourceGroups(item).some((group) => values.includes(group)),
  // Executions that change requests, access requests or OpsItems start: there are none here.
  AutomationSubtype: () => () => false,
  OpsItemId: () => () => false,
};

/** The resource groups that an execution was started for. */
const resourceGroups = ({ shown }: Execution): string[] =>
  maps(shown.Targets, "Targets")
    .filter(({ Key }) => Key === "ResourceGroup" || Key === "resource-groups:Name")
    .flatMap(({ Values }) => strings(Values, "Values"));

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StepExecutionFilter.html */
const stepFilters: Readonly<Record<string, Matcher<StepRecord>>> = {
  StartTimeBefore: before(startOf),
  StartTimeAfter: after(startOf),
  StepExecutionStatus: among((item) => item.state.status),
  StepExecutionId: among((item) => item.id),
  StepName: among((item) => item.definition.name),
  Action: among((item) => item.definition.action),
  ParentStepExecutionId: among((item) => item.parent?.step.id),
  ParentStepIteration: among((item) => item.parent && String(item.parent.iteration)),
  ParentStepIteratorValue: among((item) => item.parent?.iteratorValue),
};

/**
 * The newest first, as AWS lists them. Executions that another one started are listed only when they are asked for.
 *
 * @param executions those of the account and Region, the oldest first
 * @throws AwsError InvalidFilterKey, InvalidFilterValue, InvalidNextToken
 */
export function describeExecutions(executions: readonly Execution[], input: Input): unknown {
  const keep = filter(executionFilters, input);
  const asked = maps(input.Filters, "Filters").map(({ Key }) => Key);
  const children = asked.includes("ParentExecutionId") || asked.includes("ExecutionId");
  const found = executions
    .filter((item) => (children || item.parent === undefined) && keep(item))
    .reverse();
  const { items, next } = page(found, input);
  return { AutomationExecutionMetadataList: items.map(metadataView), ...next };
}

/** @throws AwsError as describeExecutions does */
export function describeSteps(execution: Execution, input: Input): unknown {
  const found = execution.steps.filter(filter(stepFilters, input));
  const ordered = input.ReverseOrder === true ? found.reverse() : found;
  const { items, next } = page(ordered, input);
  return { StepExecutions: items.map(stepView), ...next };
}

function filter<T>(
  known: Readonly<Record<string, Matcher<T>>>,
  input: Input,
): (item: T) => boolean {
  const tests = maps(input.Filters, "Filters").map((one) => {
    const key = requiredString(one, "Key");
    const values = strings(one.Values, "Values");
    const matcher = Object.hasOwn(known, key) ? known[key] : undefined;
    if (matcher === undefined) {
      throw new AwsError("InvalidFilterKey", `The filter key ${key} is not valid.`);
    }
    if (values.length === 0) {
      throw new AwsError("InvalidFilterValue", `The filter ${key} has no values.`);
    }
    return matcher(values);
  });
  return (item) => tests.every((test) => test(item));
}

/** @throws AwsError InvalidFilterValue for what is not a time */
function moment(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new AwsError("InvalidFilterValue", `${text} is not a time.`);
}

const largest = 50;

function page<T>(
  all: readonly T[],
  input: Input,
): { readonly items: readonly T[]; readonly next: { NextToken?: string } } {
  const { MaxResults: size = largest } = input;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > largest) {
    throw validation(`MaxResults must be an integer from 1 to ${largest}.`);
  }
  const token = optionalString(input, "NextToken");
  const from = token === undefined ? 0 : Number(/^after-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(from) || (token !== undefined && from >= all.length)) {
    throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  }
  const to = from + size;
  return {
    items: all.slice(from, to),
    next: to < all.length ? { NextToken: `after-${to}` } : {},
  };
}
