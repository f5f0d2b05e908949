/**
 * The conditions of aws:branch and aws:loop.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html
 */
import { StepFailure } from "./errors.ts";
import { asText, isMap } from "./values.ts";

const texts: Readonly<Record<string, (value: string, operand: string) => boolean>> = {
  StringEquals: (value, operand) => value === operand,
  EqualsIgnoreCase: (value, operand) => value.toLowerCase() === operand.toLowerCase(),
  StartsWith: (value, operand) => value.startsWith(operand),
  EndsWith: (value, operand) => value.endsWith(operand),
  Contains: (value, operand) => value.includes(operand),
};

const numbers: Readonly<
  Record<string, (value: number | bigint, operand: number | bigint) => boolean>
> = {
  NumericEquals: (value, operand) => value === operand,
  NumericGreater: (value, operand) => value > operand,
  NumericLesser: (value, operand) => value < operand,
  NumericGreaterOrEquals: (value, operand) => value >= operand,
  NumericLesserOrEquals: (value, operand) => value <= operand,
};

/**
 * The NextStep of the first choice that holds, or undefined where none does.
 *
 * @param choices with references already resolved
 * @throws StepFailure for a choice that says nothing sensible, such as one operator too many or a number compared
 *   with a text
 */
export function choose(choices: unknown): string | undefined {
  if (!Array.isArray(choices)) throw wrong("Choices must be a list.");
  for (const choice of choices as unknown[]) {
    if (!isMap(choice) || typeof choice.NextStep !== "string") {
      throw wrong("Each choice needs a NextStep.");
    }
    const { NextStep, ...condition } = choice;
    if (holds(condition)) return choice.NextStep;
  }
  return undefined;
}

/**
 * Whether a condition holds.
 *
 * @param condition with references already resolved
 * @throws StepFailure for one that says nothing sensible
 */
export function holds(condition: unknown): boolean {
  if (!isMap(condition)) throw wrong("A condition must be a map.");
  const { Variable, ...rest } = condition;
  const [operator, ...more] = Object.keys(rest);
  if (operator === undefined || more.length > 0) {
    throw wrong(`A condition needs exactly one operator, not ${Object.keys(rest).length}.`);
  }
  const operand = rest[operator];
  switch (operator) {
    case "And":
      return list(operator, operand).every(holds);
    case "Or":
      return list(operator, operand).some(holds);
    case "Not":
      return !holds(operand);
    default:
      return compare(operator, Variable, operand);
  }
}

function list(operator: string, operand: unknown): unknown[] {
  if (Array.isArray(operand) && operand.length >= 2) return operand;
  throw wrong(`${operator} needs a list of two conditions or more.`);
}

function compare(operator: string, value: unknown, operand: unknown): boolean {
  const ofTexts = Object.hasOwn(texts, operator) ? texts[operator] : undefined;
  if (ofTexts !== undefined) {
    return ofTexts(typed(operator, value, "string"), typed(operator, operand, "string"));
  }
  const ofNumbers = Object.hasOwn(numbers, operator) ? numbers[operator] : undefined;
  if (ofNumbers !== undefined) {
    return ofNumbers(typed(operator, value, "number"), typed(operator, operand, "number"));
  }
  if (operator === "BooleanEquals") {
    return typed(operator, value, "boolean") === typed(operator, operand, "boolean");
  }
  throw wrong(`${operator} is not an operator of conditions.`);
}

interface Types {
  readonly string: string;
  readonly number: number | bigint;
  readonly boolean: boolean;
}

function typed<T extends keyof Types>(operator: string, value: unknown, type: T): Types[T] {
  const found = typeof value === "bigint" ? "number" : typeof value;
  if (found === type) return value as Types[T];
  throw wrong(`${operator} compares values of type ${type}, not ${asText(value)}.`);
}

const wrong = (message: string): StepFailure =>
  new StepFailure(message, { stage: "InputValidation", type: "Verification" });
