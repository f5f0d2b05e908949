/**
 * Outputs of steps: a JSONPath into what the action gave, and a type.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-aws-apis-calling-json-path.html
 */
import { JSONPath } from "jsonpath-plus";
import type { OutputDefinition } from "./document.ts";
import { StepFailure } from "./errors.ts";
import { asText, exactNumber, isInteger, isMap } from "./values.ts";

/**
 * The values of a step's outputs. An output whose selector finds nothing, or null, has no value.
 *
 * @throws StepFailure for a value that can't be turned into the declared type
 */
export function readOutputs(
  definitions: readonly OutputDefinition[],
  result: unknown,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const definition of definitions) {
    const found = select(definition.selector, result);
    if (found === undefined || found === null) continue;
    values.set(definition.name, convert(definition, found));
  }
  return values;
}

/**
 * What a JSONPath finds: one value, or a list where the path has a deep scan, a wildcard or a filter.
 *
 * @returns undefined where it finds nothing
 * @throws StepFailure for a path that AWS does not support
 */
export function select(path: string, data: unknown): unknown {
  if (!path.startsWith("$")) throw refused(`The selector ${path} does not begin with $.`);
  if (/&&|\|\|/.test(path)) throw refused(`The selector ${path} has more than one condition.`);
  const many = /\.\.|\*|\[\?|\[\s*-?\d*\s*:|\[\s*\d+\s*,/.test(path);
  let found: unknown;
  try {
    // Filters are the package's own small evaluator; nothing is handed to JavaScript's eval.
    found = JSONPath({ path, json: data as object, wrap: true, eval: "safe" });
  } catch (error) {
    throw refused(`The selector ${path} can't be read: ${String(error)}`);
  }
  const list = Array.isArray(found) ? (found as unknown[]) : [];
  return many ? list : list[0];
}

/** The documented conversions, and no others. */
function convert({ name, type, selector }: OutputDefinition, value: unknown): unknown {
  const converted = to(type, value);
  if (converted !== undefined) return converted;
  throw new StepFailure(
    `Failed to convert the output ${name} (${selector}) to ${type}: ${short(value)}`,
    { stage: "PostVerification", type: "Verification" },
  );
}

function to(type: string, value: unknown): unknown {
  switch (type) {
    case "String":
      return scalar(value, (one) => (isScalar(one) ? String(one) : undefined));
    case "Integer":
      return scalar(value, integer);
    case "Boolean":
      return scalar(value, boolean);
    case "StringList": {
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
      return parts.every(isScalar) ? parts.map(String) : undefined;
    }
    case "StringMap":
      return scalar(value, (one) => (isMap(one) ? one : undefined));
    case "MapList": {
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
      return parts.every(isMap) ? parts : undefined;
    }
    default:
      return undefined;
  }
}

/** A list of one element is that element where a scalar is asked for. */
function scalar(value: unknown, one: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? one(value[0]) : undefined;
  return one(value);
}

function integer(value: unknown): number | bigint | undefined {
  if (isInteger(value)) return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? exactNumber(value) : undefined;
}

function boolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined;
}

const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ["string", "number", "bigint", "boolean"].includes(typeof value);

function short(value: unknown): string {
  const text = asText(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const refused = (message: string): StepFailure =>
  new StepFailure(message, { stage: "PostVerification", type: "Verification" });
