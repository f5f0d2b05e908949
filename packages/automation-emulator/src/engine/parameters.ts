/**
 * The parameters of StartAutomationExecution against those of the document.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
import type { ParameterDefinition } from "./document.ts";
import { AwsError } from "./errors.ts";
import { asText, isMap } from "./values.ts";

/** Name to list of texts, as the API has it. */
export type WireParameters = Readonly<Record<string, readonly string[]>>;

/**
 * Checks what was given, fills in the defaults, and turns texts into values of the parameters' types.
 *
 * @returns the value of each parameter that has one
 * @throws AwsError InvalidAutomationExecutionParametersException that names the parameter and the rule
 */
export function readParameters(
  definitions: ReadonlyMap<string, ParameterDefinition>,
  given: WireParameters,
): ReadonlyMap<string, unknown> {
  const unknown = Object.keys(given).filter((name) => !definitions.has(name));
  if (unknown.length > 0) {
    throw refused(`The document has no parameters of these names: [${unknown.join(", ")}].`);
  }
  const missing = [...definitions]
    .filter(([name, { default: value }]) => value === undefined && !Object.hasOwn(given, name))
    .map(([name]) => name);
  if (missing.length > 0) {
    throw refused(`These required parameters are missing: [${missing.join(", ")}].`);
  }
  const values = new Map<string, unknown>();
  for (const [name, definition] of definitions) {
    const texts = Object.hasOwn(given, name) ? given[name] : undefined;
    const what = `parameter ${name}`;
    if (texts === undefined) {
      values.set(name, fitDefault(what, definition));
      continue;
    }
    const value = fromTexts(what, definition, texts);
    check(what, definition, value);
    values.set(name, value);
  }
  return values;
}

type Kind = "String" | "StringList" | "Integer" | "Boolean" | "MapList" | "StringMap";

/** AWS-specific types are texts, which the console picks from a list; `List<…>` is a list of them. */
export function kindOf({ type }: ParameterDefinition): Kind {
  switch (type) {
    case "StringList":
    case "Integer":
    case "Boolean":
    case "MapList":
    case "StringMap":
      return type;
    default:
      return type.startsWith("List<") ? "StringList" : "String";
  }
}

function fromTexts(
  what: string,
  definition: ParameterDefinition,
  texts: readonly string[],
): unknown {
  const kind = kindOf(definition);
  if (kind === "StringList") {
    const [only] = texts;
    const listed = texts.length === 1 && only !== undefined ? json(only) : undefined;
    return Array.isArray(listed) ? listed.map(asText) : texts;
  }
  if (kind === "MapList") return maps(what, texts);
  const [text, ...more] = texts;
  if (text === undefined || more.length > 0) {
    throw refused(`The ${what} of type ${definition.type} takes one value, not ${texts.length}.`);
  }
  return fromText(what, definition, kind, text);
}

function fromText(
  what: string,
  { type }: ParameterDefinition,
  kind: "String" | "Integer" | "Boolean" | "StringMap",
  text: string,
): unknown {
  const wrong = refused(`The value "${text}" of the ${what} is no ${type}.`);
  switch (kind) {
    case "String":
      return text;
    case "Integer":
      if (!/^-?\d+$/.test(text)) throw wrong;
      return Number(text);
    case "Boolean":
      if (/^true$/i.test(text)) return true;
      if (/^false$/i.test(text)) return false;
      throw wrong;
    case "StringMap": {
      const value = json(text);
      if (!isMap(value)) throw wrong;
      return value;
    }
  }
}

/** Each text is one map as JSON, or the one text is the whole list. */
function maps(what: string, texts: readonly string[]): unknown[] {
  const entries = texts.flatMap((text) => {
    const value = json(text);
    return Array.isArray(value) ? (value as unknown[]) : [value];
  });
  for (const entry of entries) {
    if (!isMap(entry)) throw refused(`The ${what} is no MapList: ${texts.join(", ")}`);
  }
  return entries;
}

/**
 * The default of a parameter or variable as a value of its type.
 *
 * @param what what it is the default of, for the message
 * @throws AwsError for a default that does not fit the type or the limits
 */
export function fitDefault(what: string, definition: ParameterDefinition): unknown {
  const { default: given } = definition;
  const kind = kindOf(definition);
  const value =
    kind === "StringList" || kind === "MapList"
      ? fromTexts(what, definition, Array.isArray(given) ? given.map(asText) : [asText(given)])
      : fromText(what, definition, kind, asText(given));
  check(what, definition, value);
  return value;
}

function check(what: string, definition: ParameterDefinition, value: unknown): void {
  const { allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } = definition;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const size = Array.isArray(value) ? value.length : isMap(value) ? Object.keys(value).length : 1;
  if (minItems !== undefined && size < minItems) {
    throw refused(`The ${what} has ${size} items; it must have ${minItems} at least.`);
  }
  if (maxItems !== undefined && size > maxItems) {
    throw refused(`The ${what} has ${size} items; it may have ${maxItems} at most.`);
  }
  for (const part of parts) {
    const text = asText(part);
    if (allowedValues !== undefined && !allowedValues.some((one) => asText(one) === text)) {
      throw refused(
        `The value "${text}" of the ${what} is not one of the allowed values [${allowedValues.map(asText).join(", ")}].`,
      );
    }
    if (allowedPattern !== undefined && !matcher(what, allowedPattern).test(text)) {
      throw refused(
        `The value "${text}" of the ${what} does not match the allowed pattern ${allowedPattern}.`,
      );
    }
    if (minChars !== undefined && text.length < minChars) {
      throw refused(`The ${what} must have ${minChars} characters at least.`);
    }
    if (maxChars !== undefined && text.length > maxChars) {
      throw refused(`The ${what} may have ${maxChars} characters at most.`);
    }
  }
}

/**
 * A Java pattern as JavaScript's; Java's `matches` wants the whole text.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html
 */
function matcher(what: string, pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = (flags === null ? pattern : pattern.slice(flags[0].length))
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$");
  try {
    return new RegExp(`^(?:${body})$`, flags?.[1] ?? "");
  } catch (error) {
    throw refused(`The allowed pattern of the ${what} can't be read: ${String(error)}`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (message: string): AwsError =>
  new AwsError("InvalidAutomationExecutionParametersException", message);
