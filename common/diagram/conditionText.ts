import { isRecord } from "automation-language/values";

/** The comparisons of aws:branch as signs or words. */
const SIGNS: Readonly<Record<string, string>> = {
  StringEquals: "is",
  EqualsIgnoreCase: "is, in any case,",
  StartsWith: "begins with",
  EndsWith: "ends with",
  Contains: "contains",
  NumericEquals: "=",
  NumericGreater: ">",
  NumericLesser: "<",
  NumericGreaterOrEquals: "≥",
  NumericLesserOrEquals: "≤",
  BooleanEquals: "is",
};

/**
 * A condition of a branch or loop in a line, such as `Action is Release and DryRun is false`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
 */
export function conditionText(condition: Readonly<Record<string, unknown>>): string {
  for (const [key, word] of [
    ["And", " and "],
    ["Or", " or "],
  ] as const) {
    const parts = condition[key];
    if (Array.isArray(parts)) return parts.filter(isRecord).map(nested).join(word);
  }
  if (isRecord(condition.Not)) return `not (${conditionText(condition.Not)})`;
  const [operator, operand] = Object.entries(condition).find(([key]) => key !== "Variable") ?? [];
  if (operator === undefined) return "";
  return `${plain(condition.Variable)} ${SIGNS[operator] ?? operator} ${plain(operand) || "empty"}`;
}

const nested = (condition: Readonly<Record<string, unknown>>): string =>
  "And" in condition || "Or" in condition
    ? `(${conditionText(condition)})`
    : conditionText(condition);

/** A value without the braces around references. */
const plain = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value ?? "")).replace(
    /\{\{\s*([^{}]*?)\s*\}\}/g,
    "$1",
  );
