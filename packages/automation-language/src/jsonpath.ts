/**
 * The subset of JSONPath that Automation's selectors take: child, deep scan, index, and at most one
 * filter expression with one comparison. Released documents write selectors of properties without the
 * `$.` before them, and Automation reads those too.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-working-with-jsonpath.html
 */
import { isRecord, LanguageError } from "./values.ts";

export type Part =
  | { readonly kind: "child"; readonly name: string }
  | { readonly kind: "deep"; readonly name: string }
  /** A single element; negative from the end; `*` for all. */
  | { readonly kind: "index"; readonly at: number | "*" }
  | {
      readonly kind: "slice";
      readonly from: number | undefined;
      readonly to: number | undefined;
    }
  | Filter;

export interface Filter {
  readonly kind: "filter";
  /** The keys that lead from an element to what is compared, joined by dots. */
  readonly on: string;
  readonly operator: string;
  /** The operand; a regular expression of JavaScript's for `=~`. */
  readonly operand: string | number | boolean | null | RegExp;
}

export type Parsed = { readonly parts: readonly Part[] } | { readonly error: string };

const index = /^\[(-?\d+|\*)\]/;
const slice = /^\[(-?\d*):(-?\d*)\]/;
const filter =
  /^\[\?\(\s*@((?:\.[A-Za-z0-9_-]+|\['[^']+'\])+)\s*(==|!=|>=|<=|>|<|=~)\s*('[^']*'|"[^"]*"|\/[^/]*\/i?|-?[0-9.]+|true|false|null|\{\{[^{}]*\}\}|[A-Za-z0-9_-]+)\s*\)\]/;

/** The parts of a selector, or what is wrong with it. */
export function parseSelector(selector: string): Parsed {
  const bare = /^[A-Za-z_]/.test(selector) ? `$.${selector}` : selector;
  if (!bare.startsWith("$")) return { error: "it must begin with $ or with a name" };
  const parts: Part[] = [];
  let rest = bare.slice(1);
  while (rest !== "") {
    const found = nextPart(rest);
    if (found === undefined) return { error: errorOf(rest) };
    parts.push(...found.parts);
    rest = rest.slice(found.length);
  }
  if (parts.filter(({ kind }) => kind === "filter").length > 1)
    return { error: "only one filter expression is allowed" };
  return { parts };
}

function nextPart(rest: string): { parts: Part[]; length: number } | undefined {
  const child = /^(\.\.?)([A-Za-z0-9_@:/-]+|\*)/.exec(rest);
  if (child) {
    const kind = child[1] === "." ? "child" : "deep";
    return { parts: [{ kind, name: child[2] ?? "" }], length: child[0].length };
  }
  // A deep scan for a key in brackets, or for all there is: $..['a'], $..[0].
  if (rest.startsWith("..[")) {
    const named = quoted(rest.slice(2));
    if (named) return { parts: [{ kind: "deep", name: named.name }], length: named.length + 2 };
    const inner = bracket(rest.slice(2));
    return inner && { parts: [{ kind: "deep", name: "*" }, inner.part], length: inner.length + 2 };
  }
  const named = quoted(rest);
  if (named) return { parts: [{ kind: "child", name: named.name }], length: named.length };
  const inner = bracket(rest);
  return inner && { parts: [inner.part], length: inner.length };
}

function quoted(rest: string): { name: string; length: number } | undefined {
  const found = /^\[(?:'([^']+)'|"([^"]+)")\]/.exec(rest);
  return found ? { name: found[1] ?? found[2] ?? "", length: found[0].length } : undefined;
}

function bracket(rest: string): { part: Part; length: number } | undefined {
  const indexed = index.exec(rest);
  if (indexed) {
    const at = indexed[1] === "*" ? "*" : Number(indexed[1]);
    return { part: { kind: "index", at }, length: indexed[0].length };
  }
  const sliced = slice.exec(rest);
  if (sliced) {
    const bound = (text: string | undefined) => (text ? Number(text) : undefined);
    const part: Part = { kind: "slice", from: bound(sliced[1]), to: bound(sliced[2]) };
    return { part, length: sliced[0].length };
  }
  const filtered = filter.exec(rest);
  if (!filtered) return undefined;
  const [all, on = "", operator = "", operand = ""] = filtered;
  const value = operandOf(operand);
  // A regular expression is compared by =~ and by nothing else.
  if (value === undefined || value instanceof RegExp !== (operator === "=~")) return undefined;
  const keys = on.replace(/\['([^']+)'\]/g, ".$1").replace(/^\./, "");
  return { part: { kind: "filter", on: keys, operator, operand: value }, length: all.length };
}

function operandOf(text: string): Filter["operand"] | undefined {
  const regex = /^\/(.*)\/(i?)$/.exec(text);
  if (regex) {
    try {
      return new RegExp(`^(?:${regex[1]})$`, regex[2]);
    } catch {
      return undefined;
    }
  }
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function errorOf(rest: string): string {
  if (/^\[\?\(.*(&&|\|\|)/.test(rest)) return "a filter takes one comparison, not && or ||";
  if (rest.includes("[?"))
    return `the filter ${rest} can't be read; write it as [?(@.Key == 'value')]`;
  return `it can't be read from ${rest} on`;
}

/** A deep scan, a filter, * and slices always give a list, even of one element. */
export const givesList = (parts: readonly Part[]): boolean =>
  parts.some(
    (part) =>
      part.kind === "deep" ||
      part.kind === "filter" ||
      part.kind === "slice" ||
      (part.kind === "index" && part.at === "*") ||
      (part.kind === "child" && part.name === "*"),
  );

/**
 * What a selector finds in data: one value, or a list where the selector always gives one.
 *
 * @returns undefined where a selector of one value finds nothing; an empty list where one of many does
 * @throws LanguageError for a selector that Automation does not read
 */
export function evaluateSelector(selector: string, data: unknown): unknown {
  const parsed = parseSelector(selector);
  if ("error" in parsed)
    throw new LanguageError(`The selector ${selector} can't be read: ${parsed.error}.`);
  const found = parsed.parts.reduce<unknown[]>(
    (values, part) => values.flatMap((value) => follow(part, value)),
    [data],
  );
  return givesList(parsed.parts) ? found : found[0];
}

function follow(part: Part, value: unknown): unknown[] {
  switch (part.kind) {
    case "child":
      if (part.name === "*") return childrenOf(value);
      // As Jayway's JsonPath, a name asked of a list is asked of each element only in a deep scan.
      return isRecord(value) && Object.hasOwn(value, part.name) ? [value[part.name]] : [];
    case "deep":
      return deep(part.name, value);
    case "index": {
      if (!Array.isArray(value)) return part.at === "*" ? childrenOf(value) : [];
      if (part.at === "*") return value;
      const at = part.at < 0 ? value.length + part.at : part.at;
      return at >= 0 && at < value.length ? [value[at]] : [];
    }
    case "slice":
      return Array.isArray(value) ? value.slice(part.from, part.to) : [];
    case "filter": {
      const candidates: readonly unknown[] = Array.isArray(value) ? value : [value];
      return candidates.filter((one) => holds(part, one));
    }
  }
}

const childrenOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];

function deep(name: string, value: unknown): unknown[] {
  if (name === "*") {
    const below = childrenOf(value).flatMap((child) => deep(name, child));
    return [value, ...below].filter((one) => typeof one === "object" && one !== null);
  }
  const own = isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : [];
  return [...own, ...childrenOf(value).flatMap((child) => deep(name, child))];
}

function holds({ on, operator, operand }: Filter, element: unknown): boolean {
  let value = element;
  for (const key of on.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return operator === "!=";
    value = value[key];
  }
  if (operand instanceof RegExp) return typeof value === "string" && operand.test(value);
  const order =
    typeof value === "number" && typeof operand === "number"
      ? Math.sign(value - operand)
      : typeof value === "string" && typeof operand === "string"
        ? value === operand
          ? 0
          : value < operand
            ? -1
            : 1
        : value === operand
          ? 0
          : Number.NaN;
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case ">=":
      return order >= 0;
    default:
      return order <= 0;
  }
}
