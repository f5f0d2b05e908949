import type { GroupReference, InterfaceRecord } from "./record.ts";

/**
 * What is known of groups from data rather than text, by id: their names, undefined where only the id is known.
 * Names may have any of the characters that part groups in a line: what is known tells where a name ends.
 */
export type KnownGroups = ReadonlyMap<string, string | undefined>;

/** An interface as a line of a report tells of it. */
export type Told = Omit<InterfaceRecord, "vpc">;

/** A line of the verdict: `eni-…: STATE; before GROUPS; now GROUPS`; undefined for any other line. */
export function provedLine(line: string, known: KnownGroups): Told | undefined {
  const id = /^(eni-[0-9a-f]{8,17}): /.exec(line)?.[1];
  if (id === undefined) return undefined;
  const said = line.slice(id.length + 2);
  // A state may quote rules and keys: the first way of reading the whole line counts.
  for (const { index } of said.matchAll(/; before /g)) {
    const before = takeGroups(said.slice(index + "; before ".length), known, "proved");
    if (!before?.rest.startsWith("; now ")) continue;
    const now = takeGroups(before.rest.slice("; now ".length), known, "proved");
    if (now?.rest === "")
      return { id, state: said.slice(0, index), from: before.groups, to: now.groups };
  }
  return undefined;
}

/** A line of a dry run: `eni-…: from GROUPS: to the containment group…`, `…: back to GROUPS` or `…: stays as it is`. */
export function plannedLine(line: string, known: KnownGroups): Told | undefined {
  const [start = "", id = ""] = /^(eni-[0-9a-f]{8,17}): from /.exec(line) ?? [];
  const before = id === "" ? undefined : takeGroups(line.slice(start.length), known, "planned");
  if (!before?.rest.startsWith(": ")) return undefined;
  const { groups: from } = before;
  const state = before.rest.slice(2);
  if (state.startsWith("back to ")) {
    const back = takeGroups(state.slice("back to ".length), known, "planned");
    return back && { id, state, from, to: back.groups };
  }
  return { id, state, from, to: state === "stays as it is" ? from : undefined };
}

interface Taken {
  readonly groups: readonly GroupReference[];
  readonly rest: string;
}

/** What may come after a group of which the name is not known, in a line of the verdict and in one of a dry run. */
const AFTER = {
  proved: /\)(?:$|; now |, (?<id>sg-[0-9a-f]{8,17}) \((?<own>ContainEC2Instance-)?)/gs,
  planned:
    /\)(?:$|: (?:to the |back to |stays )|, (?<id>sg-[0-9a-f]{8,17}) \((?<own>ContainEC2Instance-)?)/gs,
};

/** The groups at the beginning of a text, `sg-… (NAME), sg-… (NAME)`, or `unknown`; undefined where there are none. */
function takeGroups(text: string, known: KnownGroups, kind: keyof typeof AFTER): Taken | undefined {
  if (text.startsWith("unknown")) return { groups: [], rest: text.slice("unknown".length) };
  const groups: GroupReference[] = [];
  let rest = text;
  for (;;) {
    const [start = "", id = ""] = /^(sg-[0-9a-f]{8,17}) \(/.exec(rest) ?? [];
    if (id === "") return undefined;
    rest = rest.slice(start.length);
    const end = nameEnd(rest, known.get(id), known, kind);
    if (end < 0) return undefined;
    groups.push({ id, name: rest.slice(0, end) });
    rest = rest.slice(end + 1);
    if (!rest.startsWith(", ")) return { groups, rest };
    rest = rest.slice(2);
  }
}

/** Where the name at the beginning of a text ends; -1 where it does not. */
function nameEnd(
  text: string,
  name: string | undefined,
  known: KnownGroups,
  kind: keyof typeof AFTER,
): number {
  if (name !== undefined && text.startsWith(`${name})`)) return name.length;
  for (const { index, groups } of text.matchAll(AFTER[kind])) {
    const next = groups?.id;
    // Where ids are known, one that is not is part of a name, but for the group that the run has made.
    if (next === undefined || known.size === 0 || known.has(next) || groups?.own !== undefined)
      return index;
  }
  return -1;
}
