/**
 * What a service's model says of an operation's input: which members must be there, how long they may be, what they
 * may look like. AWS refuses what does not keep to it before the operation itself sees it.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
 */
import type { ServiceModel, Shape } from "./models.ts";

/** An input that AWS refuses before the operation sees it. */
export class ConstraintError extends Error {
  readonly code: "ValidationException" | "SerializationException";
  readonly status = 400;

  constructor(code: ConstraintError["code"], message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }
}

/**
 * Checks the input of an operation of a JSON protocol against the model.
 *
 * An empty map is let through where the model wants an entry: clients send `Parameters: {}` for none, and AWS does
 * not say whether it minds.
 *
 * @throws ConstraintError SerializationException for a value of another type, ValidationException that lists all else
 */
export function checkInput(model: ServiceModel, operation: string, input: unknown): void {
  const shape = model.operations[operation]?.input?.shape;
  if (shape === undefined) return;
  const found = [...violations(model, shape, input, "")];
  if (found.length === 0) return;
  const errors = found.length === 1 ? "1 validation error" : `${found.length} validation errors`;
  throw new ConstraintError("ValidationException", `${errors} detected: ${found.join("; ")}`);
}

/** As in AWS's messages, where a member begins with a small letter and lists are counted from 1. */
const below = (path: string, name: string): string => {
  const small = name.charAt(0).toLowerCase() + name.slice(1);
  return path === "" ? small : `${path}.${small}`;
};

function* violations(
  model: ServiceModel,
  name: string,
  value: unknown,
  path: string,
): Generator<string> {
  const shape = model.shapes[name];
  if (shape === undefined || value === undefined || value === null) return;
  const inner = (ref: { readonly shape: string } | undefined, part: unknown, at: string) =>
    ref === undefined ? [] : violations(model, ref.shape, part, at);
  switch (shape.type) {
    case "structure": {
      const map = typed(value, path, isObject, "a structure");
      for (const member of shape.required ?? []) {
        const given = Object.hasOwn(map, member) ? map[member] : undefined;
        if (given === undefined || given === null) {
          yield said(below(path, member), "Member must not be null", "null");
        }
      }
      for (const [member, ref] of Object.entries(shape.members ?? {})) {
        if (Object.hasOwn(map, member)) yield* inner(ref, map[member], below(path, member));
      }
      return;
    }
    case "map": {
      const map = typed(value, path, isObject, "a map");
      const keys = Object.keys(map);
      if (keys.length > 0) yield* length(shape, keys.length, path);
      for (const key of keys) {
        yield* inner(shape.key, key, `${path}.${key}`);
        yield* inner(shape.value, map[key], `${path}.${key}`);
      }
      return;
    }
    case "list": {
      const parts = typed(value, path, isList, "a list");
      yield* length(shape, parts.length, path);
      for (const [at, part] of parts.entries()) {
        yield* inner(shape.member, part, `${path}.${at + 1}.member`);
      }
      return;
    }
    case "string": {
      const text = typed(value, path, isText, "a string");
      yield* length(shape, text.length, path, text);
      yield* form(shape, text, path);
      return;
    }
    case "integer":
    case "long": {
      const number = typed(value, path, isWhole, "an integer");
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
      const text = String(number);
      if (number < min) {
        yield said(path, `Member must have value greater than or equal to ${min}`, text);
      }
      if (number > max) {
        yield said(path, `Member must have value less than or equal to ${max}`, text);
      }
      return;
    }
    case "boolean":
      typed(value, path, isBoolean, "a boolean");
  }
}

function* length({ min, max }: Shape, size: number, path: string, text?: string) {
  if (min !== undefined && size < min) {
    yield said(path, `Member must have length greater than or equal to ${min}`, text);
  }
  if (max !== undefined && size > max) {
    yield said(path, `Member must have length less than or equal to ${max}`, text);
  }
}

function* form(shape: Shape, text: string, path: string) {
  if (shape.enum !== undefined && !shape.enum.includes(text)) {
    yield said(path, `Member must satisfy enum value set: [${shape.enum.join(", ")}]`, text);
  }
  if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`, "u").test(text)) {
    yield said(path, `Member must satisfy regular expression pattern: ${shape.pattern}`, text);
  }
}

/** A long value is not said again. */
function said(path: string, constraint: string, text?: string): string {
  const value = text === undefined || text.length > 200 ? "Value" : `Value '${text}'`;
  return `${value} at '${path}' failed to satisfy constraint: ${constraint}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isWhole = (value: unknown): value is number => Number.isInteger(value);
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

/** @throws ConstraintError SerializationException for a value of another type */
function typed<T>(
  value: unknown,
  path: string,
  is: (value: unknown) => value is T,
  what: string,
): T {
  if (is(value)) return value;
  const where = path === "" ? "The request" : `The value at '${path}'`;
  throw new ConstraintError("SerializationException", `${where} is not ${what}.`);
}
