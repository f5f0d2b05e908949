import pLimit from "p-limit";
import { checkDocument } from "../check.ts";
import type { Permissions } from "./draft.ts";
import { type Mutant, mutantsOf } from "./mutate.ts";

/** How many mutants of a kind there were, and how many of them had a finding. */
export interface Row {
  readonly kind: string;
  readonly mutants: number;
  readonly caught: number;
}

export interface Measurement {
  readonly rows: readonly Row[];
  readonly mutants: number;
  readonly caught: number;
  readonly survivors: readonly Mutant[];
}

/** Mutants at a time: while Python looks at the scripts of one, the rules look at another. */
const AT_A_TIME = 4;

/**
 * Breaks a sound document in many ways and counts how many of the broken ones the checks see.
 *
 * @param seed decides which mutants, the same ones for the same document
 * @param most how many mutants, where there are more
 * @throws Error for a document that has findings as it is: they would count for every mutant
 */
export async function measure(
  text: string,
  permissions: Permissions,
  seed: number,
  most: number,
): Promise<Measurement> {
  const check = (one: { text: string; permissions: Permissions }) =>
    checkDocument(one.text, { file: "mutant.yaml", declaredPermissions: one.permissions });
  const [first] = await check({ text, permissions });
  if (first)
    throw new Error(`The document has findings before it is broken: ${first.id} ${first.message}`);
  const mutants = mutantsOf(text, permissions, seed, most);
  const limit = pLimit(AT_A_TIME);
  const caught = await Promise.all(
    mutants.map((mutant) => limit(async () => (await check(mutant)).length > 0)),
  );
  const rows = [...new Set(mutants.map(({ kind }) => kind))].map((kind) => {
    const own = mutants.flatMap((mutant, at) =>
      mutant.kind === kind ? [caught[at] === true] : [],
    );
    return { kind, mutants: own.length, caught: own.filter(Boolean).length };
  });
  return {
    rows,
    mutants: mutants.length,
    caught: caught.filter(Boolean).length,
    survivors: mutants.filter((_, at) => caught[at] !== true),
  };
}
