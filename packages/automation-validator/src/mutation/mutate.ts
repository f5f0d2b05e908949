import { parse, stringify } from "yaml";
import { flowMutations } from "./flow.ts";
import { parameterMutations } from "./parameters.ts";
import { referenceMutations } from "./references.ts";
import { scriptMutations } from "./scripts.ts";

/** A document as plain data that a mutation may change. */
export interface Draft {
  parameters?: Record<string, Record<string, unknown>>;
  outputs?: string[];
  mainSteps: DraftStep[];
  [key: string]: unknown;
}

export interface DraftStep {
  name: string;
  action: string;
  inputs: Record<string, unknown>;
  outputs?: { Name: string; Selector: string; Type: string }[];
  nextStep?: string;
  isEnd?: boolean;
  onFailure?: string;
  onCancel?: string;
  [key: string]: unknown;
}

export type Permissions = Readonly<Record<string, readonly string[]>>;

/** What a mutation works on. */
export interface Subject {
  readonly draft: Draft;
  readonly permissions: Permissions;
}

/** One way to break a document. */
export interface Mutation {
  /** The sort of fault, such as "drop a step". */
  readonly kind: string;
  /** Where, for people. */
  readonly place: string;
  /** Breaks a fresh copy of the document, in place. */
  apply(subject: { draft: Draft; permissions: Record<string, readonly string[]> }): void;
}

export interface Mutant {
  readonly kind: string;
  readonly place: string;
  readonly text: string;
  readonly permissions: Permissions;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pick = <T>(list: readonly T[], next: () => number): T | undefined =>
  list[Math.floor(next() * list.length)];

/**
 * Broken variants of a document, each by one mutation, evenly of all kinds.
 *
 * @param most how many, where there are more; which ones, the seed says
 */
export function mutantsOf(
  text: string,
  permissions: Permissions,
  seed: number,
  most = Number.POSITIVE_INFINITY,
): Mutant[] {
  const next = random(seed);
  const subject: Subject = { draft: parse(text) as Draft, permissions };
  const mutations = [
    flowMutations,
    referenceMutations,
    scriptMutations,
    parameterMutations,
  ].flatMap((of) => of(subject, next));
  const original = stringify(subject.draft, { lineWidth: 0 });
  return choose(mutations, most, next).flatMap(({ kind, place, apply }) => {
    const copy = { draft: structuredClone(subject.draft), permissions: { ...permissions } };
    apply(copy);
    const changed = stringify(copy.draft, { lineWidth: 0 });
    const same =
      changed === original && JSON.stringify(copy.permissions) === JSON.stringify(permissions);
    return same ? [] : [{ kind, place, text: changed, permissions: copy.permissions }];
  });
}

/** Takes from each kind in turn, so that no kind crowds out the others. */
function choose(mutations: readonly Mutation[], most: number, next: () => number): Mutation[] {
  const kinds = [...new Set(mutations.map(({ kind }) => kind))];
  const queues = kinds.map((kind) =>
    shuffled(
      mutations.filter((one) => one.kind === kind),
      next,
    ),
  );
  const chosen: Mutation[] = [];
  for (let turn = 0; chosen.length < Math.min(most, mutations.length); turn += 1)
    for (const queue of queues) {
      const one = queue[turn];
      if (one !== undefined && chosen.length < most) chosen.push(one);
    }
  return chosen;
}

function shuffled<T>(list: readonly T[], next: () => number): T[] {
  return list
    .map((value) => ({ value, order: next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

/** A name with one letter dropped, doubled or changed. */
export function misspell(name: string, next: () => number): string {
  const at = Math.min(name.length - 1, 1 + Math.floor(next() * (name.length - 1)));
  const letter = name[at] ?? "x";
  const replaced = pick(["", letter + letter, letter === "x" ? "y" : "x"], next) ?? "";
  const result = name.slice(0, at) + replaced + name.slice(at + 1);
  return result === name || result === "" ? `${name}x` : result;
}

/** The step of a name in a copy; a mutation is made for one that is there. */
export function stepOf(draft: Draft, name: string): DraftStep {
  const step = draft.mainSteps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`no step ${name}`);
  return step;
}
