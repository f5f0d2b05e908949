/**
 * The kinds of resources that a run makes, in the order in which they are removed: what uses another comes before it.
 */
const KINDS = [
  "execution",
  "document",
  "instance",
  "interface",
  "group",
  "gateway",
  "route table",
  "subnet",
  "vpc",
  "profile",
  "role",
  "bucket",
] as const;

export type Kind = (typeof KINDS)[number];

/** A resource by what AWS finds it by: its name where it is called by one, else its id. */
export interface Made {
  readonly kind: Kind;
  readonly id: string;
}

/** All that a run has made: a probe makes a resource only through it. */
export interface Registry {
  /** Makes what has a name: it is known before the call, so that a lost answer leaves nothing behind. */
  named<T>(kind: Kind, name: string, make: (name: string) => Promise<T>): Promise<T>;
  /** Makes what AWS gives an id, which the function returns. */
  numbered(kind: Kind, make: () => Promise<string | undefined>): Promise<string>;
  all(): readonly Made[];
}

/** @param signal when it is aborted, nothing more is made */
export function createRegistry(signal: AbortSignal): Registry {
  const made: Made[] = [];
  return {
    named: async (kind, id, make) => {
      signal.throwIfAborted();
      made.push({ kind, id });
      return make(id);
    },
    numbered: async (kind, make) => {
      signal.throwIfAborted();
      const id = await make();
      if (id === undefined) throw new Error(`AWS made a ${kind} and gave no id.`);
      made.push({ kind, id });
      return id;
    },
    all: () => [...made],
  };
}

/** Each resource once, in the order in which they are removed. */
export function inOrder(all: readonly Made[]): readonly Made[] {
  const once = new Map(all.map((each) => [`${each.kind} ${each.id}`, each]));
  return [...once.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}
