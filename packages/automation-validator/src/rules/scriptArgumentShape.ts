import { guide } from "automation-language/actions";
import type { Member, Service, Shape } from "automation-language/botocore";
import { suggest, suggestOrList } from "automation-language/suggest";
import { calledOperation, transfers } from "../permissions.ts";
import type { Form } from "../python/inspect.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT19",
  severity: "error",
  needs: "scripts",
  summary:
    "The arguments of a script's AWS calls have the members and the types that the operation takes: boto3 converts nothing.",
  url: guide("automation-action-executeScript"),
  *check(context) {
    for (const [step, { calls = [] }] of context.scripts)
      for (const call of calls) {
        const service = context.models.service(call.service);
        const operation = service && calledOperation(call, context);
        if (service === undefined || operation === undefined || call.waiter) continue;
        if (`${call.service}.${call.method}` in transfers) continue;
        const input = service.shapes[service.operations[operation]?.input?.shape ?? ""];
        for (const [name, form] of Object.entries(call.forms)) {
          const member = input?.members?.[name];
          if (member === undefined) continue; // SCRIPT08 tells.
          for (const message of wrong(service, member, form, name))
            yield {
              path: [...step.path, "inputs", "Script"],
              inText: { line: call.line, column: 1 },
              message: `${step.name}: ${call.method}: ${message}`,
            };
        }
      }
  },
};

/** What boto3 would refuse of a value. */
function* wrong(
  service: Service,
  member: Member,
  form: Form | null,
  place: string,
): Iterable<string> {
  const shape = service.shapes[member.shape];
  if (form === null || shape === undefined || shape.document) return;
  switch (shape.type) {
    case "structure":
      if (!("map" in form)) yield `${place} must be a map, not ${nameOf(form)}`;
      else yield* members(service, shape, form, place);
      return;
    case "map":
      if (!("map" in form)) yield `${place} must be a map, not ${nameOf(form)}`;
      else if (shape.value !== undefined)
        for (const [key, part] of Object.entries(form.map))
          yield* wrong(service, shape.value, part, `${place}.${key}`);
      return;
    case "list":
      if (!("list" in form)) yield `${place} must be a list, not ${nameOf(form)}`;
      else if (shape.member !== undefined)
        yield* wrong(service, shape.member, form.list, `${place}[]`);
      return;
    default:
      yield* single(shape, form, place);
  }
}

function* members(
  service: Service,
  shape: Shape,
  form: Extract<Form, { readonly map: unknown }>,
  place: string,
): Iterable<string> {
  const known = shape.members ?? {};
  const misspelt = Object.keys(form.map).filter((key) => !Object.hasOwn(known, key));
  for (const key of misspelt)
    yield `${place} has no member ${key}${suggestOrList(key, Object.keys(known))}`;
  for (const [key, part] of Object.entries(form.map)) {
    const next = Object.hasOwn(known, key) ? known[key] : undefined;
    if (next !== undefined) yield* wrong(service, next, part, `${place}.${key}`);
  }
  if (form.open) return;
  for (const name of shape.required ?? [])
    if (!(name in form.map) && !misspelt.some((key) => suggest(key, [name])))
      yield `${place} needs the member ${name}`;
}

const kindOf = (type: string): readonly string[] | undefined =>
  ({
    string: ["str"],
    character: ["str"],
    integer: ["int"],
    long: ["int"],
    float: ["float", "int"],
    double: ["float", "int"],
    boolean: ["bool"],
  })[type];

function* single(shape: Shape, form: Form, place: string): Iterable<string> {
  const kinds = kindOf(shape.type);
  if (kinds === undefined) return; // Times and bytes come in many forms.
  if ("map" in form || "list" in form) {
    yield `${place} must be ${article(shape.type)}, not ${nameOf(form)}`;
    return;
  }
  const kind = "kind" in form ? form.kind : pythonKind(form.value);
  if (kind !== "none" && !kinds.includes(kind))
    yield `${place} must be ${article(shape.type)}, not ${nameOf(form)}`;
  if (!("value" in form) || typeof form.value !== "string" || shape.enum === undefined) return;
  const slip = shape.enum.includes(form.value) ? "" : suggest(form.value, shape.enum);
  if (slip !== "") yield `${place} is never ${JSON.stringify(form.value)}${slip}`;
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

const pythonKind = (value: string | number | boolean): string =>
  typeof value === "string"
    ? "str"
    : typeof value === "boolean"
      ? "bool"
      : Number.isInteger(value)
        ? "int"
        : "float";

function nameOf(form: Form): string {
  if ("map" in form) return "a map";
  if ("list" in form) return "a list";
  return "value" in form ? JSON.stringify(form.value) : `a value of type ${form.kind}`;
}
