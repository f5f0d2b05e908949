import { parse, stringify } from "yaml";
import { type Draft, type Mutation, type Permissions, random, type Subject } from "./draft.ts";
import { flowMutations } from "./flow.ts";
import { formMutations } from "./forms.ts";
import { parameterMutations } from "./parameters.ts";
import { referenceMutations } from "./references.ts";
import { scriptMutations } from "./scripts.ts";

export interface Mutant {
  readonly kind: string;
  readonly place: string;
  readonly text: string;
  readonly permissions: Permissions;
}

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
    formMutations,
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
