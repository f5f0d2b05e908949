import { Ajv, type ErrorObject } from "ajv";
import { guide } from "automation-language/actions";
import type { Problem } from "automation-language/place";
import { schema } from "automation-language/schema";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

const validate = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema);

/** The document has the form of schemaVersion 0.3: known keys, required keys, values of the right form. */
export const rule: Rule = {
  id: "SCHEMA01",
  severity: "error",
  summary: "The document has the keys and the forms of schemaVersion 0.3, and no others.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ source }) {
    if (validate(source.value)) return;
    const errors = validate.errors ?? [];
    const choices = new Set(
      errors.filter(({ keyword }) => keyword === "anyOf").map((error) => error.instancePath),
    );
    const told = new Set<string>();
    for (const error of errors) {
      // What anyOf gathers says more than its parts; `if` only repeats what `then` found.
      if (error.keyword === "if") continue;
      if (error.keyword !== "anyOf" && choices.has(error.instancePath) && partOfChoice(error))
        continue;
      const problem = problemOf(error);
      // The general form and that of the action may both say it.
      const key = `${error.instancePath} ${problem.message}`;
      if (!told.has(key)) yield problem;
      told.add(key);
    }
  },
};

const partOfChoice = (error: ErrorObject): boolean => error.schemaPath.includes("/anyOf/");

function problemOf(error: ErrorObject): Problem {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const place = path.length === 0 ? "The document" : path.join(".");
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      return {
        path: [...path, key],
        atKey: true,
        message: `${place} has an unknown key ${key}${suggest(key, known) || `; known are ${known.join(", ") || "none"}`}`,
      };
    }
    case "required":
      return { path, message: `${place} lacks ${String(params.missingProperty)}` };
    case "const":
      return {
        path,
        message: `${place} must be the text ${JSON.stringify(params.allowedValue)}, in quotes, not ${show(error.data)}${place === "schemaVersion" && error.data !== 0.3 ? ": documents of other kinds, such as commands, are not checked here" : ""}`,
      };
    case "enum": {
      const values = (params.allowedValues as readonly unknown[]).map(String);
      return {
        path,
        message: `${place} must be one of ${values.join(", ")}${suggest(String(error.data), values)}`,
      };
    }
    case "type":
      return {
        path,
        message: `${place} must be ${[params.type].flat().map(nameOf).join(" or ")}, not ${formOf(error.data)}`,
      };
    case "anyOf":
      return {
        path,
        message: `${place} must be ${expected(error.schema)}, not ${show(error.data)}`,
      };
    case "minItems":
      return { path, message: `${place} must not be empty` };
    case "pattern": {
      const form = (error.parentSchema as { readonly description?: string } | undefined)
        ?.description;
      return {
        path,
        message: `${place} ${form === undefined ? "has a value of the wrong form" : `must be ${form}`}, not ${show(error.data)}`,
      };
    }
    default:
      return { path, message: `${place} ${error.message ?? "is wrong"}` };
  }
}

const formOf = (value: unknown): string =>
  value === null
    ? "nothing"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "a map"
        : `the ${typeof value} ${show(value)}`;

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

function expected(alternatives: unknown): string {
  if (!Array.isArray(alternatives)) return "something else";
  const words = alternatives.flatMap((one: Readonly<Record<string, unknown>>): string[] => {
    if (Array.isArray(one.enum)) return one.enum.map(String);
    if (typeof one.description === "string") return [one.description];
    if (one.pattern !== undefined && one.type === "string") return [];
    return [one.type].flat().map(nameOf);
  });
  return `${words.join(", ")} or a {{ reference }}`;
}

/** What a person calls a type of JSON. */
function nameOf(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    array: "a list",
    object: "a map",
    string: "a text",
    integer: "a whole number",
    boolean: "true or false",
  };
  return names[String(type)] ?? String(type);
}
