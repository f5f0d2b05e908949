import { Ajv, type ErrorObject } from "ajv";
import { guide } from "automation-language/actions";
import type { DocumentView } from "automation-language/document";
import type { Path, Problem } from "automation-language/place";
import { schema } from "automation-language/schema";
import { suggestOrList } from "automation-language/suggest";
import { show } from "automation-language/values";
import type { Rule } from "../rule.ts";

const validate = new Ajv({
  // A document is checked once: to make the checks fast would take longer than they do.
  inlineRefs: false,
  code: { optimize: false },
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
  *check({ value, renamed, document }) {
    for (const { path, written, known } of renamed)
      yield {
        path,
        atKey: true,
        message: `${placeOf(path.slice(0, -1), document)} has an unknown key ${written}, did you mean ${known}?`,
      };
    if (validate(value)) return;
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
      const problem = problemOf(error, document);
      // The general form and that of the action may both say it.
      const key = `${error.instancePath} ${problem.message}`;
      if (!told.has(key)) yield problem;
      told.add(key);
    }
  },
};

const partOfChoice = (error: ErrorObject): boolean => error.schemaPath.includes("/anyOf/");

/** What a person calls the value at a path: steps and parameters go by their names. */
function placeOf(path: Path, { steps }: DocumentView): string {
  if (path.length === 0) return "The document";
  const [first, name, ...rest] = path;
  if (first === "parameters" || first === "variables") {
    const kind = first === "parameters" ? "parameter" : "variable";
    return name === undefined ? String(first) : join(`${kind} ${String(name)}`, rest);
  }
  const step = steps
    .filter((one) => one.path.every((part, at) => path[at] === part))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (step === undefined) return path.join(".");
  const label = step.name === "" ? `step ${Number(step.path.at(-1)) + 1}` : `step ${step.name}`;
  return join(label, path.slice(step.path.length));
}

const join = (label: string, rest: Path): string =>
  rest.length === 0 ? label : `${label}: ${rest.join(".")}`;

function pathOf(error: ErrorObject): (string | number)[] {
  return error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function problemOf(error: ErrorObject, document: DocumentView): Problem {
  const path = pathOf(error);
  const place = placeOf(path, document);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      return {
        path: [...path, key],
        atKey: true,
        message: `${place} has an unknown key ${key}${suggestOrList(key, known)}`,
      };
    }
    case "required":
      return { path, message: `${place} needs ${String(params.missingProperty)}` };
    case "const":
      return {
        path,
        message: `${place} must be the text ${JSON.stringify(params.allowedValue)}, in quotes, not ${show(error.data)}${place === "schemaVersion" && error.data !== 0.3 ? ": documents of other kinds, such as commands, are not checked here" : ""}`,
      };
    case "enum": {
      const values = (params.allowedValues as readonly unknown[]).map(String);
      return {
        path,
        message: `${place} can't be ${show(error.data)}${suggestOrList(String(error.data), values)}`,
      };
    }
    case "type":
      return {
        path,
        message: `${place} must be ${nameOf(params.type)}, not ${formOf(error.data)}`,
      };
    case "anyOf":
      return {
        path,
        message: `${place} must be ${expected(error.schema)}, not ${formOf(error.data)}`,
      };
    case "minItems":
      return {
        path,
        message:
          Number(params.limit) > 1
            ? `${place} needs at least ${String(params.limit)} entries`
            : `${place} must not be empty`,
      };
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
      ? `the list ${show(value)}`
      : typeof value === "object"
        ? `the map ${show(value)}`
        : typeof value === "string"
          ? `the text ${show(value)}`
          : show(value);

function expected(alternatives: unknown): string {
  if (!Array.isArray(alternatives)) return "something else";
  const words = alternatives.flatMap((one: Readonly<Record<string, unknown>>): string[] => {
    if (Array.isArray(one.enum)) return one.enum.map(String);
    if (typeof one.description === "string") return [one.description];
    if (one.pattern !== undefined && one.type === "string") return [];
    return [nameOf(one.type)];
  });
  return `${[...new Set(words)].join(", ")} or a {{ reference }}`;
}

/** What a person calls types of JSON. */
function nameOf(types: unknown): string {
  const names: Readonly<Record<string, string>> = {
    array: "a list",
    object: "a map",
    string: "text",
    integer: "an integer",
    number: "a number",
    boolean: "true or false",
  };
  const listed = [types].flat().map(String);
  // Text, numbers, true and false: whatever is not a list or a map.
  if (listed.includes("string") && listed.includes("boolean")) return "a single value";
  return listed.map((type) => names[type] ?? type).join(" or ");
}
