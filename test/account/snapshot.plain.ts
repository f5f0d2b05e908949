/** Data without anything but texts, numbers, truth values, lists and maps. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** Resources by their ids, sorted, each told by `tell`. */
export function byKey<K extends string, T extends { readonly [P in K]?: string | undefined }>(
  resources: readonly T[],
  key: K,
  tell: (resource: T) => Plain,
): Plain {
  return Object.fromEntries(
    resources
      .map((one): [string, Plain] => [one[key] ?? "", tell(one)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Tags as a map, sorted. */
export const tagMap = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): { [key: string]: string } =>
  Object.fromEntries(
    (tags ?? [])
      .map((tag): [string, string] => [tag.Key ?? "", tag.Value ?? ""])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Every place where two states differ, as `path: before → after`; `–` where there is nothing. */
export function differences(before: Plain, after: Plain): readonly string[] {
  const [then, now] = [leaves(before), leaves(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .filter((path) => then.get(path) !== now.get(path))
    .sort()
    .map((path) => `${path}: ${then.get(path) ?? "–"} → ${now.get(path) ?? "–"}`);
}

function leaves(value: Plain, path = ""): Map<string, string> {
  if (typeof value !== "object") return new Map([[path, JSON.stringify(value)]]);
  // What is in a list is told apart by what it is, not by its place.
  const parts: readonly (readonly [string, Plain])[] = Array.isArray(value)
    ? value.map((part: Plain): [string, Plain] => [
        typeof part === "object" ? JSON.stringify(part) : String(part),
        "there",
      ])
    : Object.entries(value);
  if (parts.length === 0) return new Map([[path, Array.isArray(value) ? "[]" : "{}"]]);
  return new Map(
    parts.flatMap(([name, part]) => [...leaves(part, path === "" ? name : `${path} ${name}`)]),
  );
}
