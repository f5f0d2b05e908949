/**
 * The parameters of a document: the values that are given for them, in the types and within the limits that they
 * declare. The console, StartAutomationExecution and the defaults go by the same rules.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
import type { DataType } from "./actions.ts";
import type { ParameterView } from "./document.ts";
import { plainType } from "./types.ts";
import { asText, exactNumber, isRecord, isScalar, parseJson, show } from "./values.ts";

/** What a value of a parameter must keep to. Entries of other forms than the schema's are left out. */
export interface ParameterLimits {
  readonly allowedValues: readonly unknown[] | undefined;
  readonly allowedPattern: string | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minChars: number | undefined;
  readonly maxChars: number | undefined;
}

/** The limits that a parameter or a variable declares. */
export function limitsOf({ spec }: Pick<ParameterView, "spec">): ParameterLimits {
  const { allowedValues, allowedPattern } = spec;
  const number = (key: string): number | undefined => {
    const value = spec[key];
    const found = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof found === "number" && !Number.isNaN(found) ? found : undefined;
  };
  return {
    allowedValues: Array.isArray(allowedValues) ? allowedValues : undefined,
    allowedPattern: typeof allowedPattern === "string" ? allowedPattern : undefined,
    minItems: number("minItems"),
    maxItems: number("maxItems"),
    minChars: number("minChars"),
    maxChars: number("maxChars"),
  };
}

/** The plain type of a parameter: a type that is not known counts as String. */
export const parameterType = ({ type }: Pick<ParameterView, "type">): DataType =>
  plainType(type) ?? "String";

export type Read = { readonly value: unknown } | { readonly error: string };

/**
 * The value that texts from the API or the command line stand for. A list may be given as one JSON text.
 *
 * @returns `error`: a clause that begins after the parameter's name, such as `takes one value, not 2`
 */
export function readTexts(type: DataType, texts: readonly string[]): Read {
  if (type === "StringList") {
    const [only] = texts;
    const listed = texts.length === 1 && only !== undefined ? json(only) : undefined;
    return { value: Array.isArray(listed) ? listed.map(asText) : texts };
  }
  if (type === "MapList") {
    const entries = texts.flatMap((text) => {
      const value = json(text);
      return Array.isArray(value) ? (value as unknown[]) : [value];
    });
    return entries.every(isRecord)
      ? { value: entries }
      : { error: `is not a MapList: ${texts.join(", ")}` };
  }
  const [text, ...more] = texts;
  if (text === undefined || more.length > 0)
    return { error: `of type ${type} takes one value, not ${texts.length}` };
  return readText(type, text);
}

function readText(type: Exclude<DataType, "StringList" | "MapList">, text: string): Read {
  const wrong = { error: `has the value ${show(text)}, which is not ${withArticle(type)}` };
  switch (type) {
    case "String":
      return { value: text };
    case "Integer":
      return /^-?\d+$/.test(text) ? { value: exactNumber(text) } : wrong;
    case "Boolean":
      if (/^true$/i.test(text)) return { value: true };
      return /^false$/i.test(text) ? { value: false } : wrong;
    case "StringMap": {
      const value = json(text);
      return isRecord(value) ? { value } : wrong;
    }
  }
}

/** A value as it stands in a document, such as a default: lists and maps, or the texts for them. */
export function readValue(type: DataType, value: unknown): Read {
  const wrong = { error: `has the value ${show(value)}, which is not ${withArticle(type)}` };
  if (type === "StringList" || type === "MapList") {
    // A list is written as a list; only texts from outside may hold one as JSON.
    if (Array.isArray(value)) {
      const fits = type === "MapList" ? value.every(isMapOrText) : value.every(isScalarOrMap);
      return fits ? readTexts(type, value.map(asText)) : wrong;
    }
    return typeof value === "string" && Array.isArray(json(value))
      ? readTexts(type, [value])
      : wrong;
  }
  if (type === "StringMap") return isRecord(value) ? { value } : readOne(type, value, wrong);
  return isScalar(value) ? readOne(type, value, wrong) : wrong;
}

const readOne = (
  type: "String" | "Integer" | "Boolean" | "StringMap",
  value: unknown,
  wrong: { readonly error: string },
): Read => {
  const read = readText(type, asText(value));
  return "error" in read ? wrong : read;
};

const isMapOrText = (value: unknown): boolean => isRecord(value) || isRecord(json(asText(value)));
const isScalarOrMap = (value: unknown): boolean => isScalar(value) || isRecord(value);

const withArticle = (type: DataType): string => {
  const words: Readonly<Record<DataType, string>> = {
    String: "a single text",
    StringList: "a list",
    Integer: "an integer",
    Boolean: "true or false",
    MapList: "a list of maps",
    StringMap: "a map",
  };
  return words[type];
};

/**
 * What keeps a value from a parameter, but for its pattern, as a clause after the parameter's name; undefined where
 * nothing does.
 */
export function limitProblem(limits: ParameterLimits, value: unknown): string | undefined {
  const { allowedValues, minItems, maxItems, minChars, maxChars } = limits;
  const size = Array.isArray(value)
    ? value.length
    : isRecord(value)
      ? Object.keys(value).length
      : 1;
  const items = `has ${size} item${size === 1 ? "" : "s"}`;
  if (minItems !== undefined && size < minItems) return `${items}; minItems is ${minItems}`;
  if (maxItems !== undefined && size > maxItems) return `${items}; maxItems is ${maxItems}`;
  for (const text of partsOf(value)) {
    if (allowedValues !== undefined && !allowedValues.some((one) => asText(one) === text))
      return `has the value ${show(text)}, which is not one of its allowedValues: ${allowedValues.map(asText).join(", ")}`;
    if (minChars !== undefined && text.length < minChars)
      return `has the value ${show(text)} of ${text.length} characters; minChars is ${minChars}`;
    if (maxChars !== undefined && text.length > maxChars)
      return `has the value ${show(text)} of ${text.length} characters; maxChars is ${maxChars}`;
  }
  return undefined;
}

/** The texts to which allowedPattern, allowedValues and sizes apply: a list's entries one by one, maps as JSON. */
export const partsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).map(asText);

function json(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
