/** The variables of a document, which aws:updateVariable changes. */
import type { DataType } from "automation-language/actions";
import { parameterType, readValue } from "automation-language/parameters";
import { asText, isInteger, isRecord } from "automation-language/values";
import type { ParameterDefinition } from "./document.ts";
import { wrongInput } from "./errors.ts";
import { fit } from "./parameters.ts";

/** The variables as they are at the start: those that have a default. @throws AwsError for a default that does not fit */
export function initialVariables(
  definitions: ReadonlyMap<string, ParameterDefinition>,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, definition] of definitions) {
    if (definition.default !== undefined) {
      const read = readValue(parameterType(definition), definition.default);
      values.set(name, fit(`variable ${name}`, definition, read));
    }
  }
  return values;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html */
const most = { mapItems: 200, keyChars: 50, listItems: 50, textChars: 512 };

/**
 * Checks a new value of a variable: "The value must match the data type of the variable. Data type conversions aren't
 * supported."
 *
 * @throws StepFailure that names the variable and the rule
 */
export function checkVariable(
  definitions: ReadonlyMap<string, ParameterDefinition>,
  name: string,
  value: unknown,
): void {
  const definition = definitions.get(name);
  if (definition === undefined) throw wrongInput(`The document has no variable ${name}.`);
  if (!isOfType[parameterType(definition)](value)) {
    throw wrongInput(
      `The variable ${name} is of type ${definition.type}, and the value is not: ${asText(value)}`,
    );
  }
  const wrong = tooLarge(value);
  if (wrong !== undefined) throw wrongInput(`The value of the variable ${name} ${wrong}.`);
}

const isText = (value: unknown): boolean => typeof value === "string";

const isOfType: Readonly<Record<DataType, (value: unknown) => boolean>> = {
  String: isText,
  Integer: isInteger,
  Boolean: (value) => typeof value === "boolean",
  StringList: (value) => Array.isArray(value) && value.every(isText),
  StringMap: isRecord,
  MapList: (value) => Array.isArray(value) && value.every(isRecord),
};

function tooLarge(value: unknown): string | undefined {
  if (isText(value)) {
    const { length } = String(value);
    return length >= 1 && length <= most.textChars
      ? undefined
      : `has ${length} characters; AWS takes 1 to ${most.textChars}`;
  }
  const maps = Array.isArray(value) ? value.filter(isRecord) : isRecord(value) ? [value] : [];
  const key = maps
    .flatMap((map) => Object.keys(map))
    .find((name) => name.length < 1 || name.length > most.keyChars);
  if (key !== undefined)
    return `has the key "${key}"; AWS takes keys of 1 to ${most.keyChars} characters`;
  const limit = maps.length > 0 ? most.mapItems : most.listItems;
  if (!Array.isArray(value) || value.length <= limit) return undefined;
  return `has ${value.length} items; AWS takes ${limit} at most`;
}
