import type { DataType } from "./actions.ts";
import type { Member, Service, Shape } from "./botocore.ts";
import type { Part } from "./jsonpath.ts";
import { givesList } from "./jsonpath.ts";
import type { Path, Problem } from "./place.ts";
import { suggest } from "./suggest.ts";
import { isRecord } from "./values.ts";

const shapeOf = (service: Service, member: Member | undefined): Shape | undefined =>
  member && service.shapes[member.shape];

const memberOf = (members: Readonly<Record<string, Member>>, name: string): Member | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

/** How many values a list has that is likely to grow. */
const LONG = 40;

const numbers = new Set(["integer", "long", "float", "double"]);

/** The type that a value of a shape has in a document; undefined for binary data. */
export function dataType(service: Service, shape: Shape): DataType | undefined {
  if (shape.document) return undefined;
  if (numbers.has(shape.type)) return "Integer";
  switch (shape.type) {
    case "boolean":
      return "Boolean";
    case "string":
    case "timestamp":
    case "character":
      return "String";
    case "structure":
    case "map":
      return "StringMap";
    case "list": {
      const inner = shapeOf(service, shape.member);
      return inner?.type === "structure" || inner?.type === "map" ? "MapList" : "StringList";
    }
    default:
      return undefined;
  }
}

/** How the whole-value references of an input are typed: undefined where it is not known. */
export type TypeOfText = (text: string, path: Path) => DataType | undefined;

/**
 * What of an input does not fit an operation's model: unknown and missing members, and values of
 * another form. Automation converts scalars, so "3" is a number and "a" a list of one.
 */
export function* misfits(
  service: Service,
  member: Member,
  value: unknown,
  path: Path,
  typeOfText: TypeOfText,
  depth = 0,
): Iterable<Problem> {
  const shape = shapeOf(service, member);
  if (shape === undefined || shape.document || depth > 12) return;
  const place = String(path.at(-1));
  if (typeof value === "string" && value.includes("{{")) {
    const type = typeOfText(value, path);
    const wanted = dataType(service, shape);
    if (type !== undefined && wanted !== undefined && !suits(type, wanted))
      yield { path, message: `${place} takes ${describe(wanted)}, and ${value} is ${type}` };
    return;
  }
  const deeper = (next: Member, part: unknown, key: string | number) =>
    misfits(service, next, part, [...path, key], typeOfText, depth + 1);
  switch (shape.type) {
    case "structure":
      if (!isRecord(value))
        yield {
          path,
          message: `${place} must be a map, with the members ${Object.keys(shape.members ?? {})
            .slice(0, 6)
            .join(", ")}…`,
        };
      else yield* structure(service, shape, value, path, deeper);
      return;
    case "list":
      if (isRecord(value)) yield { path, message: `${place} must be a list` };
      else if (Array.isArray(value) && shape.member !== undefined)
        for (const [at, part] of value.entries()) yield* deeper(shape.member, part, at);
      return;
    case "map":
      if (!isRecord(value)) yield { path, message: `${place} must be a map` };
      else if (shape.value !== undefined)
        for (const [key, part] of Object.entries(value)) yield* deeper(shape.value, part, key);
      return;
    default:
      yield* scalar(shape, value, path, place);
  }
}

function* structure(
  _service: Service,
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  deeper: (next: Member, part: unknown, key: string) => Iterable<Problem>,
): Iterable<Problem> {
  const members = shape.members ?? {};
  for (const [key, part] of Object.entries(value)) {
    const next = memberOf(members, key);
    if (next === undefined)
      yield {
        path: [...path, key],
        atKey: true,
        message: `There is no member ${key} here${suggest(key, Object.keys(members)) || `; there are ${Object.keys(members).join(", ").slice(0, 200)}`}`,
      };
    else yield* deeper(next, part, key);
  }
  for (const name of shape.required ?? [])
    if (!Object.hasOwn(value, name) && !members[name]?.idempotencyToken)
      yield { path, message: `The required member ${name} is missing` };
}

function* scalar(shape: Shape, value: unknown, path: Path, place: string): Iterable<Problem> {
  if (isRecord(value) || (Array.isArray(value) && value.length !== 1)) {
    yield {
      path,
      message: `${place} must be a ${shape.type}, not a ${isRecord(value) ? "map" : "list"}`,
    };
    return;
  }
  if (Array.isArray(value)) return;
  const text = String(value);
  if (numbers.has(shape.type) && !/^-?\d+(\.\d+)?$/.test(text))
    yield { path, message: `${place} must be a number, not ${JSON.stringify(value)}` };
  else if (numbers.has(shape.type) && shape.min !== undefined && Number(text) < shape.min)
    yield { path, message: `${place} is at least ${shape.min}, not ${text}` };
  else if (numbers.has(shape.type) && shape.max !== undefined && Number(text) > shape.max)
    yield { path, message: `${place} is at most ${shape.max}, not ${text}` };
  if (shape.type === "boolean" && !/^(true|false)$/i.test(text))
    yield { path, message: `${place} must be true or false, not ${JSON.stringify(value)}` };
  // Long lists, such as instance types, grow faster than the models at hand: there only a slip is told.
  const slip = shape.enum && suggest(text, shape.enum);
  if (shape.enum && !shape.enum.includes(text) && (slip || shape.enum.length <= LONG))
    yield {
      path,
      message: `${place} is never ${JSON.stringify(value)}${suggest(text, shape.enum) || `; it is one of ${shape.enum.slice(0, 12).join(", ")}`}`,
    };
}

/** Whether a reference's type can go where a shape's type is wanted; scalars and lists of scalars convert. */
function suits(type: DataType, wanted: DataType): boolean {
  if (type === wanted) return true;
  const map = (one: DataType) => one === "StringMap" || one === "MapList";
  if (map(type) || map(wanted)) return type === "StringMap" && wanted === "MapList";
  return true;
}

const describe = (type: DataType): string =>
  type === "StringMap"
    ? "a map"
    : type === "MapList"
      ? "a list of maps"
      : type === "StringList"
        ? "a list"
        : `a ${type}`;

export type Selected =
  | { readonly error: string }
  | { readonly type: DataType | undefined; readonly shape: Shape | undefined };

/** Follows a selector through an operation's response: the type of what it selects, or where it leaves the model. */
export function select(
  service: Service,
  output: Member | undefined,
  parts: readonly Part[],
): Selected {
  let shape = shapeOf(service, output);
  const list = givesList(parts);
  for (const part of parts) {
    if (shape === undefined || shape.document) return { type: undefined, shape: undefined };
    if (part.kind === "deep") {
      const found = anywhere(service, shape, part.name, new Set());
      if (found === undefined) return { error: `nothing below has a member ${part.name}` };
      shape = found;
    } else if (part.kind === "index" || part.kind === "slice" || part.kind === "filter") {
      if (shape.type !== "list")
        return {
          error: `${part.kind === "index" ? `[${part.at}]` : `the ${part.kind}`} is asked of a ${shape.type}, not of a list`,
        };
      shape = shapeOf(service, shape.member);
    } else if (part.name !== "*") {
      if (part.name === "ResponseMetadata") return { type: undefined, shape: undefined };
      if (shape.type === "list")
        return {
          error: `${part.name} is asked of a list: an index such as [0] is missing before it`,
        };
      if (shape.type === "map") shape = shapeOf(service, shape.value);
      else if (shape.type === "structure") {
        const members = shape.members ?? {};
        const next = memberOf(members, part.name);
        if (next === undefined)
          return {
            error: `there is no member ${part.name}${suggest(part.name, Object.keys(members)) || `; there are ${Object.keys(members).slice(0, 10).join(", ")}`}`,
          };
        shape = shapeOf(service, next);
      } else return { error: `${part.name} is asked of a ${shape.type}` };
    } else return { type: undefined, shape: undefined };
  }
  if (shape === undefined) return { type: undefined, shape };
  const type = dataType(service, shape);
  if (!list || type === undefined) return { type, shape };
  return { type: type === "StringMap" || type === "MapList" ? "MapList" : "StringList", shape };
}

function anywhere(
  service: Service,
  shape: Shape,
  name: string,
  seen: Set<Shape>,
): Shape | undefined {
  if (seen.has(shape)) return undefined;
  seen.add(shape);
  const direct = shapeOf(service, shape.members?.[name]);
  if (direct || shape.document) return direct ?? shape;
  for (const member of [...Object.values(shape.members ?? {}), shape.member, shape.value]) {
    const inner = shapeOf(service, member);
    const found = inner && anywhere(service, inner, name, seen);
    if (found) return found;
  }
  return undefined;
}

/** Whether an operation sends or receives a stream, which Automation can't hold. */
export function streams(service: Service, member: Member | undefined): boolean {
  const shape = shapeOf(service, member);
  return Object.values(shape?.members ?? {}).some((one) => {
    const inner = shapeOf(service, one);
    return one.streaming === true || inner?.streaming === true || inner?.eventstream === true;
  });
}

/** Follows a path of a script through an operation's response; `*` is any element of a list or a map. */
export function selectPath(
  service: Service,
  output: Member | undefined,
  path: readonly string[],
): Selected {
  if (output === undefined) return { type: undefined, shape: undefined };
  let shape = shapeOf(service, output);
  for (const key of path) {
    if (shape === undefined || shape.document) return { type: undefined, shape: undefined };
    if (shape.type === "map") shape = shapeOf(service, shape.value);
    else if (shape.type === "list") {
      if (key !== "*") return { error: `${key} is asked of a list` };
      shape = shapeOf(service, shape.member);
    } else if (shape.type === "structure") {
      if (key === "*" || key === "ResponseMetadata") return { type: undefined, shape: undefined };
      const members = shape.members ?? {};
      const next = memberOf(members, key);
      if (next === undefined)
        return {
          error: `there is no member ${key}${suggest(key, Object.keys(members)) || `; there are ${Object.keys(members).slice(0, 10).join(", ")}`}`,
        };
      shape = shapeOf(service, next);
    } else return { type: undefined, shape: undefined };
  }
  return { type: shape && dataType(service, shape), shape };
}
