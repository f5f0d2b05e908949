/**
 * The conditions of aws:branch and aws:loop: where they stand in a document, and whether they hold.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html
 */
import { operators } from "./actions.ts";
import { convert } from "./convert.ts";
import type { StepView } from "./document.ts";
import { choicesOf } from "./graph.ts";
import type { Path } from "./place.ts";
import { table } from "./table.ts";
import { exactNumber, isRecord, LanguageError, show } from "./values.ts";

/** A comparison or one of And, Or, Not. */
export interface ConditionView {
  readonly condition: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** The conditions of a branch's choices or of a loop, those inside And, Or and Not among them. */
export function conditionsOf(step: StepView): ConditionView[] {
  if (step.action === "aws:branch")
    return choicesOf(step).flatMap(({ condition, path }) => nested(condition, path));
  if (step.action === "aws:loop" && isRecord(step.inputs.LoopCondition))
    return nested(step.inputs.LoopCondition, [...step.path, "inputs", "LoopCondition"]);
  return [];
}

function nested(condition: Readonly<Record<string, unknown>>, path: Path): ConditionView[] {
  const parts = (["And", "Or"] as const).flatMap((key) => {
    const list = condition[key];
    return Array.isArray(list)
      ? list.flatMap((part: unknown, at) =>
          isRecord(part) ? nested(part, [...path, key, at]) : [],
        )
      : [];
  });
  const not = condition.Not;
  return [{ condition, path }, ...parts, ...(isRecord(not) ? nested(not, [...path, "Not"]) : [])];
}

const logic = ["And", "Or", "Not"];

/** And and Or join two conditions or more: Automation refuses one with a single operand. */
export const LEAST_OPERANDS = 2;

/** What is wrong with the form of a single condition, as a clause; undefined where nothing is. */
export function wrongCondition(condition: Readonly<Record<string, unknown>>): string | undefined {
  const joined = logic.filter((key) => key in condition);
  const compared = Object.keys(condition).filter((key) => key in operators);
  const said = [...joined, ...compared];
  if (said.length !== 1)
    return `a condition needs exactly one operator; this one has ${said.join(" and ") || "none"}`;
  const [key = ""] = said;
  if (compared.length === 1)
    return "Variable" in condition ? undefined : `${key} needs a Variable to compare`;
  const operand = condition[key];
  if (key === "Not") return isRecord(operand) ? undefined : "Not needs one condition, a map";
  if (!Array.isArray(operand)) return `${key} needs a list of conditions`;
  if (operand.length >= LEAST_OPERANDS) return undefined;
  return `${key} needs at least two conditions; this one has ${operand.length === 0 ? "none" : `one. Write that one without ${key}`}`;
}

/** Comparisons of texts. */
export const textComparisons: Readonly<
  Record<string, (value: string, operand: string) => boolean>
> = table({
  StringEquals: (value, operand) => value === operand,
  EqualsIgnoreCase: (value, operand) => value.toLowerCase() === operand.toLowerCase(),
  StartsWith: (value, operand) => value.startsWith(operand),
  EndsWith: (value, operand) => value.endsWith(operand),
  Contains: (value, operand) => value.includes(operand),
});

const numberComparisons: Readonly<
  Record<string, (value: number | bigint, operand: number | bigint) => boolean>
> = table({
  NumericEquals: (value, operand) => value === operand,
  NumericGreater: (value, operand) => value > operand,
  NumericLesser: (value, operand) => value < operand,
  NumericGreaterOrEquals: (value, operand) => value >= operand,
  NumericLesserOrEquals: (value, operand) => value <= operand,
});

/**
 * The NextStep of the first choice that holds, or undefined where none does.
 *
 * @param choices with references already resolved
 * @throws LanguageError for a choice that Automation refuses, such as one with two operators
 */
export function chooseNext(choices: unknown): string | undefined {
  if (!Array.isArray(choices)) throw new LanguageError("Choices must be a list.");
  for (const choice of choices as unknown[]) {
    if (!isRecord(choice) || typeof choice.NextStep !== "string")
      throw new LanguageError("Each choice needs a NextStep.");
    const { NextStep: next, ...condition } = choice;
    if (evaluateCondition(condition)) return next as string;
  }
  return undefined;
}

/**
 * Whether a condition holds.
 *
 * @param condition with references already resolved
 * @throws LanguageError for a condition that Automation refuses, and for values that its operator can't compare
 */
export function evaluateCondition(condition: unknown): boolean {
  if (!isRecord(condition)) throw new LanguageError("A condition must be a map.");
  const unknown = Object.keys(condition).find(
    (key) => key !== "Variable" && !logic.includes(key) && !(key in operators),
  );
  if (unknown !== undefined)
    throw new LanguageError(`${unknown} is not an operator of aws:branch.`);
  const wrong = wrongCondition(condition);
  if (wrong !== undefined) throw new LanguageError(`${wrong[0]?.toUpperCase()}${wrong.slice(1)}.`);
  if (Array.isArray(condition.And)) return condition.And.every(evaluateCondition);
  if (Array.isArray(condition.Or)) return condition.Or.some(evaluateCondition);
  if (isRecord(condition.Not)) return !evaluateCondition(condition.Not);
  const [operator = ""] = Object.keys(condition).filter((key) => key in operators);
  return compare(operator, condition.Variable, condition[operator]);
}

function compare(operator: string, value: unknown, operand: unknown): boolean {
  const ofTexts = textComparisons[operator];
  if (ofTexts !== undefined) {
    const wanted = as("String", operator, operand) as string;
    // A list is searched for an entry.
    if (operator === "Contains" && Array.isArray(value)) return value.map(String).includes(wanted);
    if (typeof value !== "string") throw wrongValue("String", operator, value);
    return ofTexts(value, wanted);
  }
  const ofNumbers = numberComparisons[operator];
  if (ofNumbers !== undefined) return ofNumbers(number(operator, value), number(operator, operand));
  if (typeof value !== "boolean") throw wrongValue("Boolean", operator, value);
  return value === as("Boolean", operator, operand);
}

function number(operator: string, value: unknown): number | bigint {
  const found = typeof value === "string" && value.trim() !== "" ? exactNumber(value) : value;
  if (typeof found === "bigint") return found;
  if (typeof found === "number" && !Number.isNaN(found)) return found;
  throw wrongValue("Integer", operator, value);
}

function as(type: "String" | "Boolean", operator: string, value: unknown): unknown {
  const found = Array.isArray(value) ? undefined : convert(type, value);
  if (found === undefined) throw wrongValue(type, operator, value);
  return found;
}

const wrongValue = (type: string, operator: string, value: unknown): LanguageError =>
  new LanguageError(`${operator} compares values of type ${type}, not ${show(value)}.`);
