/**
 * The rest-json and rest-xml protocols: the operation is found by method, path and query.
 * https://smithy.io/2.0/spec/http-bindings.html
 */
import type { Operation, ServiceModel, Shape, ShapeRef } from "./models.ts";
import type { WireRequest } from "./request.ts";
import { hidden, scalar, withoutSensitive } from "./scalar.ts";
import { fromXml, parseXml } from "./xml.ts";

interface Route {
  readonly operation: Operation;
  readonly segments: readonly string[];
  /** Query parameters that must be there; with a value where the route gives one. */
  readonly query: ReadonlyMap<string, string | undefined>;
  readonly headers: readonly string[];
}

const routesOf = new WeakMap<ServiceModel, readonly Route[]>();

function routes(model: ServiceModel): readonly Route[] {
  const known = routesOf.get(model);
  if (known !== undefined) return known;
  const made = Object.values(model.operations).map((operation): Route => {
    const [path = "/", search = ""] = operation.http.requestUri.split("?");
    const query = new Map<string, string | undefined>();
    for (const part of search.split("&").filter((p) => p !== "")) {
      const [name = "", literal] = part.split("=");
      query.set(name, literal);
    }
    const input = model.shapes[operation.input?.shape ?? ""];
    const headers: string[] = [];
    for (const name of input?.required ?? []) {
      const member = input?.members?.[name];
      if (member?.location === "querystring") {
        const wire = member.locationName ?? name;
        if (!query.has(wire)) query.set(wire, undefined);
      } else if (member?.location === "header") {
        headers.push((member.locationName ?? name).toLowerCase());
      }
    }
    return { operation, segments: split(path), query, headers };
  });
  routesOf.set(model, made);
  return made;
}

const split = (path: string): string[] => path.replace(/^\//, "").split("/");

interface Matched {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds the operation of a REST request: of all routes that fit, the one that asks for most. */
export function matchRoute(model: ServiceModel, request: WireRequest): Matched | undefined {
  let best: (Matched & { readonly rank: number }) | undefined;
  const hint = request.query.get("x-id");
  for (const route of routes(model)) {
    if (route.operation.http.method !== request.method) continue;
    const path = matchPath(route.segments, request.path);
    if (path === undefined) continue;
    const asked = [...route.query].every(([name, literal]) =>
      literal === undefined ? request.query.has(name) : request.query.get(name) === literal,
    );
    if (!asked || !route.headers.every((name) => request.headers[name] !== undefined)) continue;
    const rank =
      100 * path.literals +
      10 * (route.query.size + route.headers.length) +
      (route.operation.name === hint ? 2 : 0) +
      (route.operation.deprecated === true ? 0 : 1);
    if (best === undefined || rank > best.rank) {
      best = { operation: route.operation, labels: path.labels, rank };
    }
  }
  return best;
}

function matchPath(
  pattern: readonly string[],
  path: string,
): { labels: Record<string, string>; literals: number } | undefined {
  const given = split(path);
  // A trailing slash after a bucket names the bucket; after a key it belongs to the key.
  if (given.length === 2 && given[1] === "" && given[0] !== "") given.pop();
  const labels: Record<string, string> = {};
  let literals = 0;
  for (const [index, part] of pattern.entries()) {
    const label = /^\{(.+?)(\+?)\}$/.exec(part);
    if (label === null) {
      if (part !== given[index]) return undefined;
      if (part !== "") literals += 1;
      continue;
    }
    const [, name = "", greedy] = label;
    const rest = pattern.length - index - 1;
    const value = greedy === "+" ? given.slice(index, given.length - rest).join("/") : given[index];
    if (value === undefined || value === "") return undefined;
    labels[name] = decode(value);
    if (greedy === "+" && rest === 0) return { labels, literals };
  }
  return pattern.length === given.length ? { labels, literals } : undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The parameters of a REST request: of the path, the query, the headers and the body. */
export function restParameters(
  model: ServiceModel,
  matched: Matched,
  request: WireRequest,
): Record<string, unknown> {
  const input = model.shapes[matched.operation.input?.shape ?? ""];
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(input?.members ?? {})) {
    const given = located(model, name, member, matched, request);
    if (given !== undefined) out[name] = given;
  }
  if (input === undefined) return out;
  return { ...out, ...body(model, input, request) };
}

function located(
  model: ServiceModel,
  name: string,
  member: ShapeRef,
  matched: Matched,
  request: WireRequest,
): unknown {
  const wire = member.locationName ?? name;
  const shape = model.shapes[member.shape];
  if (member.location === "uri") {
    const label = matched.labels[wire];
    return label === undefined ? undefined : scalar(shape, label);
  }
  if (member.location === "querystring") {
    if (!request.query.has(wire)) return undefined;
    if (shape?.type === "list") return request.query.getAll(wire);
    return scalar(shape, request.query.get(wire) ?? "");
  }
  if (member.location === "header") {
    const header = request.headers[wire.toLowerCase()];
    if (header === undefined) return undefined;
    return shape?.type === "list" ? header.split(/\s*,\s*/) : scalar(shape, header);
  }
  if (member.location === "headers") {
    const prefix = wire.toLowerCase();
    const found = Object.entries(request.headers).filter(([key]) => key.startsWith(prefix));
    if (found.length === 0) return undefined;
    return Object.fromEntries(found.map(([key, text]) => [key.slice(prefix.length), text]));
  }
  return undefined;
}

function body(model: ServiceModel, input: Shape, request: WireRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  const payload = input.payload;
  const member = payload === undefined ? undefined : input.members?.[payload];
  if (payload !== undefined && member !== undefined) {
    const shape = model.shapes[member.shape];
    // The decoded length leaves out the framing of aws-chunked bodies.
    const length = request.headers["x-amz-decoded-content-length"];
    if (shape?.sensitive === true) return { [payload]: hidden };
    if (shape?.type === "blob") {
      return { [payload]: { bytes: length === undefined ? request.body.length : Number(length) } };
    }
    if (shape?.type === "string") return { [payload]: request.body.toString("utf8") };
    return { [payload]: document(model, member, request.body.toString("utf8")) };
  }
  const parsed = document(model, { shape: "" }, request.body.toString("utf8"), input);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}

function document(model: ServiceModel, ref: ShapeRef, text: string, whole?: Shape): unknown {
  if (model.metadata.protocol === "rest-xml") {
    const root = parseXml(text);
    if (root === undefined) return text;
    if (whole === undefined) return fromXml(model, ref, root);
    const members = Object.entries(whole.members ?? {}).filter(([, m]) => m.location === undefined);
    const shapes = { ...model.shapes, "": { ...whole, members: Object.fromEntries(members) } };
    return fromXml({ ...model, shapes }, { shape: "" }, root);
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (whole === undefined) return withoutSensitive(model, ref, parsed);
    const shapes = { ...model.shapes, "": whole };
    return withoutSensitive({ ...model, shapes }, { shape: "" }, parsed);
  } catch {
    return text;
  }
}
