/**
 * The conversions between types that Automation does by itself, for outputs and for inputs.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
 */
import type { DataType } from "./actions.ts";
import { table } from "./table.ts";
import { asText, exactNumber, isInteger, isRecord, isScalar } from "./values.ts";

/** The types into which values of a type can be turned, besides their own. */
export const conversions: Readonly<Record<DataType, readonly DataType[]>> = table({
  String: ["StringList", "Integer", "Boolean"],
  Integer: ["String", "StringList"],
  Boolean: ["String", "StringList"],
  // Of one element only: what it holds is known when the automation runs.
  StringList: ["String", "Integer", "Boolean"],
  MapList: ["StringList"],
  StringMap: [],
});

/** Whether some value of a type can stand where another type is expected. */
export const converts = (given: DataType, wanted: DataType): boolean =>
  given === wanted || conversions[given].includes(wanted);

/**
 * Whether an action takes a value of a type for an input of another. Texts are turned into numbers and truth values for
 * outputs alone: "if your input parameter is a String and you reference it as the value for the MaxInstanceCount input of
 * the aws:runInstances action, [...] the automation fails while validating the action".
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export const fitsInput = (given: DataType, wanted: DataType): boolean =>
  wanted === "Integer" || wanted === "Boolean" ? given === wanted : converts(given, wanted);

export const isDataType = (type: string): type is DataType => type in conversions;

/** The type of a value; undefined for null and for lists that hold lists. A number with a fraction counts as Integer. */
export function typeOfValue(value: unknown): DataType | undefined {
  if (typeof value === "string") return "String";
  if (typeof value === "number" || typeof value === "bigint") return "Integer";
  if (typeof value === "boolean") return "Boolean";
  if (isRecord(value)) return "StringMap";
  if (!Array.isArray(value)) return undefined;
  if (value.every(isScalar)) return "StringList";
  return value.every(isRecord) ? "MapList" : undefined;
}

/**
 * A value turned into a type.
 *
 * @returns undefined where it can't be turned into it
 */
export function convert(type: string, value: unknown): unknown {
  switch (type) {
    case "String":
      return single(value, (one) => (isScalar(one) ? String(one) : undefined));
    case "Integer":
      return single(value, integer);
    case "Boolean":
      return single(value, boolean);
    case "StringList":
      return texts(value);
    case "StringMap":
      return isRecord(value) ? value : undefined;
    case "MapList":
      return Array.isArray(value) && value.every(isRecord) ? value : undefined;
    default:
      return undefined;
  }
}

function texts(value: unknown): string[] | undefined {
  const parts: readonly unknown[] | undefined = Array.isArray(value)
    ? value
    : isScalar(value)
      ? [value]
      : undefined;
  if (parts === undefined) return undefined;
  return parts.every((part) => isScalar(part) || isRecord(part)) ? parts.map(asText) : undefined;
}

/** A list of one element is that element where a single value is asked for. */
function single(value: unknown, one: (value: unknown) => unknown): unknown {
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
