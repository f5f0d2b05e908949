/** What mutations work on, and with. */
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
