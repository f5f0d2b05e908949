/** All trials of the sweep, by name, and samples of them. */
import type { Emulator, EmulatorOptions } from "automation-emulator";
import fc from "fast-check";
import { runbookDocument } from "../../account/document.ts";
import { hintTrials } from "./hints.ts";
import { type Action, type Recorded, record } from "./points.ts";
import { protection } from "./protection.ts";
import { scenarios } from "./scenarios.ts";
import { ends, kinds, type Placed, type Trouble, tryTrouble } from "./sweep.ts";

/** What becomes of the script of a step whose execution is cancelled. */
export type Mode = NonNullable<EmulatorOptions["cancelledScripts"]>;

export interface Trial {
  readonly scenario: string;
  readonly kind: string;
  readonly name: string;
  /** How the emulator that it is run on treats cancelled scripts. */
  readonly mode: Mode;
  run(emulator: Emulator): Promise<readonly string[]>;
}

export interface Extent {
  /** How many pairs of faults. */
  readonly pairs: number;
  readonly seed: number;
  /** Names of scenarios; all where there are none. */
  readonly only?: readonly string[];
}

/**
 * Every fault at every call of the clean runs of every scenario, every end at every step, both for cancelled scripts
 * that are killed and for those that run on; every permission refused; pairs of faults; every forged hint.
 */
export async function allTrials(
  emulator: Emulator,
  { pairs, seed, only }: Extent,
): Promise<readonly Trial[]> {
  const wanted = [...scenarios, protection].filter(({ name }) => only?.includes(name) ?? true);
  const recorded = (await Promise.all(wanted.map((one) => record(emulator, one)))).flat();
  return [
    ...recorded.flatMap(single),
    ...recorded.flatMap(denials),
    ...pairsOf(recorded, pairs, seed),
    ...hintTrials,
  ];
}

const placesOf = ({ calls, steps }: Recorded): readonly Placed[] =>
  Object.keys(kinds).flatMap((kind) =>
    [...calls, ...(ends(kind) ? steps : [])].map((point) => ({ point, kind })),
  );

/** As text, such as `error at CreateTags 1 of verdict`. */
const nameOf = ({ point, kind }: Placed): string => `${kind} at ${point.name}`;

/** What is done, in the words of the scenario's document. */
const begun = ({ action, scenario: { other } }: Trouble): string =>
  other === undefined ? action : action.replace("Contain", other.begins);

const trial = (trouble: Trouble, kind: string, name: string, mode: Mode = "kill"): Trial => ({
  scenario: trouble.scenario.name,
  kind: `${begun(trouble)}: ${kind}${mode === "runOn" ? ", the script runs on" : ""}`,
  name: `${begun(trouble)}, ${trouble.scenario.name}: ${name}${mode === "runOn" ? ", and the script runs on" : ""}`,
  mode,
  run: (emulator) => tryTrouble(emulator, trouble),
});

function single(recorded: Recorded): readonly Trial[] {
  const { scenario, action } = recorded;
  return placesOf(recorded).flatMap((placed) =>
    (["kill", "runOn"] as const)
      .filter((mode) => mode === "kill" || placed.kind.startsWith("cancel"))
      .map((mode) =>
        trial({ scenario, action, faults: [placed] }, placed.kind, nameOf(placed), mode),
      ),
  );
}

/** The permissions of the runbook, each refused for a whole run. */
function denials({ scenario, action }: Recorded): readonly Trial[] {
  const declared =
    scenario.other?.permissions ?? Object.values(runbookDocument().permissions).flat();
  const every = [...new Set(declared)].sort();
  return every.map((denied) =>
    trial({ scenario, action, denied }, "permission refused", `without ${denied}`),
  );
}

/** Two faults in one run, the first of which does not end it; so many, the same for the same seed. */
function pairsOf(recorded: readonly Recorded[], count: number, seed: number): readonly Trial[] {
  if (recorded.length === 0) return [];
  const pair = fc.constantFrom(...recorded).chain((one) => {
    const places = placesOf(one);
    return fc.record({
      one: fc.constant(one),
      first: fc.constantFrom(...places.filter(({ kind }) => !ends(kind))),
      second: fc.constantFrom(...places),
    });
  });
  const twice = pair.filter(({ first, second }) => first.point !== second.point);
  const found = fc.sample(fc.noBias(twice), { seed, numRuns: count }).map(({ one, ...two }) => {
    const { scenario, action }: { scenario: Trouble["scenario"]; action: Action } = one;
    const faults = [two.first, two.second];
    return trial({ scenario, action, faults }, "two faults", faults.map(nameOf).join(", then "));
  });
  return [...new Map(found.map((each) => [each.name, each])).values()];
}

/**
 * So many of the trials, the same for the same seed, taken in turn from each kind and each scenario.
 */
export function sampleOf(trials: readonly Trial[], count: number, seed: number): readonly Trial[] {
  const places = new Map<string, number>();
  return shuffled(trials, seed)
    .map((one): readonly [number, Trial] => {
      const place = places.get(one.kind) ?? 0;
      places.set(one.kind, place + 1);
      return [place, one];
    })
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, one]) => one);
}

/** A part of a list, of so many: 1 is the first. */
export interface Part {
  readonly which: number;
  readonly of: number;
}

/** Every so manyth, from the one that has the part's number: all parts together are the list, each once. */
export const partOf = <T>(list: readonly T[], { which, of }: Part): readonly T[] =>
  list.filter((_, index) => index % of === which - 1);

/** The same in another order, which is the same for the same seed. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const order = fc.shuffledSubarray([...list], { minLength: list.length });
  return fc.sample(order, { seed, numRuns: 1 })[0] ?? [];
}
