/**
 * The subset of JSONPath that Automation's selectors take: child, deep scan, index, and at most one
 * filter expression with one comparison.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-working-with-jsonpath.html
 */
export type Part =
  | { readonly kind: "child"; readonly name: string }
  | { readonly kind: "deep"; readonly name: string }
  | { readonly kind: "index"; readonly at: number | "*" }
  | { readonly kind: "filter"; readonly on: string };

export type Parsed = { readonly parts: readonly Part[] } | { readonly error: string };

const number = /^\[(-?\d+|\*|-?\d*:-?\d*)\]/;
const filter =
  /^\[\?\(\s*@((?:\.[A-Za-z0-9_-]+)+)\s*(==|!=|>=|<=|>|<|=~)\s*((?:'[^']*'|"[^"]*"|\/[^/]*\/i?|-?[0-9.]+|true|false|null|\{\{[^{}]*\}\}|[A-Za-z0-9_-]+))\s*\)\]/;

/** The parts of a selector, or what is wrong with it. */
export function parseSelector(selector: string): Parsed {
  if (!selector.startsWith("$")) return { error: "it must begin with $" };
  const parts: Part[] = [];
  let rest = selector.slice(1);
  while (rest !== "") {
    const child = /^(\.\.?)([A-Za-z0-9_@:/-]+|\*)/.exec(rest);
    const quoted = /^\[(?:'([^']+)'|"([^"]+)")\]/.exec(rest);
    const index = number.exec(rest);
    const filtered = filter.exec(rest);
    if (child) {
      parts.push({ kind: child[1] === "." ? "child" : "deep", name: child[2] ?? "" });
      rest = rest.slice(child[0].length);
    } else if (quoted) {
      parts.push({ kind: "child", name: quoted[1] ?? quoted[2] ?? "" });
      rest = rest.slice(quoted[0].length);
    } else if (index) {
      const at = index[1] ?? "*";
      parts.push({ kind: "index", at: /^-?\d+$/.test(at) ? Number(at) : "*" });
      rest = rest.slice(index[0].length);
    } else if (filtered) {
      parts.push({ kind: "filter", on: (filtered[1] ?? "").slice(1) });
      rest = rest.slice(filtered[0].length);
    } else return { error: errorOf(rest) };
  }
  if (parts.filter(({ kind }) => kind === "filter").length > 1)
    return { error: "only one filter expression is allowed" };
  return { parts };
}

function errorOf(rest: string): string {
  if (/^\[\?\(.*(&&|\|\|)/.test(rest)) return "a filter takes one comparison, not && or ||";
  if (rest.startsWith("[?"))
    return `the filter ${rest} can't be read: [?(@.Key == 'value')] is the form`;
  return `it can't be read from ${rest} on`;
}

/** A deep scan, a filter, * and slices always give a list, even of one element. */
export const givesList = (parts: readonly Part[]): boolean =>
  parts.some(
    (part) =>
      part.kind === "deep" ||
      part.kind === "filter" ||
      (part.kind === "index" && part.at === "*") ||
      (part.kind === "child" && part.name === "*"),
  );
