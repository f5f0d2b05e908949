/** What the benchmark measures, in the form in which `--json` gives it. */
import { cpus } from "node:os";
import type { Emulator } from "automation-emulator";
import pLimit from "p-limit";
import { containFleet, type FleetOutcome } from "./fleet.ts";
import {
  byRunbook,
  byScript,
  type Outcome,
  type RunbookOutcome,
  type Script,
  type Situation,
  scripts,
} from "./incident.ts";
import { type Sample, sampleOf } from "./statistics.ts";

export interface Plan {
  readonly interfaces: readonly number[];
  readonly delays: readonly number[];
  /** How often each situation is measured. */
  readonly repeats: number;
  /** Incidents measured side by side; they mostly wait. */
  readonly sideBySide: number;
  readonly fleet: number;
  readonly atOnce: readonly number[];
  /** The delay of a fleet's calls. */
  readonly fleetDelay: number;
}

export const full: Plan = {
  interfaces: [1, 4, 15, 33],
  delays: [10, 60, 200],
  repeats: 3,
  sideBySide: 2,
  fleet: 200,
  atOnce: [1, 10, 50],
  fleetDelay: 60,
};

export const quick: Plan = {
  interfaces: [1, 4],
  delays: [60],
  repeats: 1,
  sideBySide: 2,
  fleet: 10,
  atOnce: [5],
  fleetDelay: 60,
};

export interface Cell {
  readonly situation: Situation;
  readonly isolated: Sample;
  /** With `stepSeconds` AWS seconds for each script step; computed from the steps that ran. */
  readonly isolatedWithSteps: Sample;
  readonly exposed: Sample;
  readonly chain: Sample;
  readonly calls: Sample;
  readonly release: Sample;
  readonly releaseWithSteps: Sample;
  /** Time to isolation over the bound. */
  readonly overBound: Sample;
  readonly scripts: Readonly<Record<Script, ScriptCell>>;
}

export interface ScriptCell {
  readonly isolated: Sample;
  /** Undefined where nothing is opened. */
  readonly exposed?: Sample;
  readonly chain: Sample;
  readonly calls: Sample;
  /** How many times as long it takes as the runbook. */
  readonly ratio: Sample;
}

/** The steps of the fastest containment that proves itself, each waiting for the one before, in calls. */
export const bound = { look: 2, backup: 2, "groups and rehearsal": 3, open: 1, close: 1, proof: 1 };
const boundCalls = Object.values(bound).reduce((sum, calls) => sum + calls, 0);

/** AWS seconds that a script step costs on the service, beyond what its script takes. */
export const stepSeconds = 5;

/** What a run with slow script steps would take: a script step costs half of it before its script and half after. */
const isolatedWithSteps = ({ isolated, scriptsBefore }: RunbookOutcome): number =>
  isolated + stepSeconds * (scriptsBefore + 0.5);
const releaseWithSteps = ({ release, scriptsOfRelease }: RunbookOutcome): number =>
  release + stepSeconds * scriptsOfRelease;

const times = async <T>(count: number, work: () => Promise<T>): Promise<readonly T[]> => {
  const results: T[] = [];
  for (let index = 0; index < count; index++) results.push(await work());
  return results;
};

async function measure(emulator: Emulator, situation: Situation, repeats: number): Promise<Cell> {
  const rounds = await times(repeats, async () => {
    const runbook = await byRunbook(emulator, situation);
    const plain: Partial<Record<Script, Outcome>> = {};
    for (const script of scripts) plain[script] = await byScript(emulator, situation, script);
    return { runbook, plain: plain as Readonly<Record<Script, Outcome>> };
  });
  const of = (value: (runbook: RunbookOutcome) => number): Sample =>
    sampleOf(rounds.map(({ runbook }) => value(runbook)));
  const lowest = (boundCalls * situation.delayMs) / 1000;
  const cellOf = (script: Script): ScriptCell => {
    const values = (value: (outcome: Outcome) => number): Sample =>
      sampleOf(rounds.map(({ plain }) => value(plain[script])));
    const opens = rounds.every(({ plain }) => plain[script].exposed !== undefined);
    return {
      isolated: values(({ isolated }) => isolated),
      ...(opens && { exposed: values(({ exposed = 0 }) => exposed) }),
      chain: values(({ chain }) => chain),
      calls: values(({ calls }) => calls),
      ratio: sampleOf(
        rounds.map(({ plain, runbook }) => plain[script].isolated / runbook.isolated),
      ),
    };
  };
  return {
    situation,
    isolated: of(({ isolated }) => isolated),
    isolatedWithSteps: of(isolatedWithSteps),
    exposed: of(({ exposed = 0 }) => exposed),
    chain: of(({ chain }) => chain),
    calls: of(({ calls }) => calls),
    release: of(({ release }) => release),
    releaseWithSteps: of(releaseWithSteps),
    overBound: of(({ isolated }) => isolated / lowest),
    scripts: { seed: cellOf("seed"), guide: cellOf("guide"), orchestrator: cellOf("orchestrator") },
  };
}

/** A situation with script steps that really cost their seconds, beside what was computed for it. */
export interface StepCheck {
  readonly situation: Situation;
  readonly measured: number;
  readonly computed: number;
}

/** Runs one situation with slow script steps, without any time scale. */
export async function checkSteps(slow: Emulator, cell: Cell): Promise<StepCheck> {
  const { isolated } = await byRunbook(slow, cell.situation);
  return {
    situation: cell.situation,
    measured: isolated,
    computed: cell.isolatedWithSteps.median,
  };
}

/** All situations; `say` hears of each. */
export async function measureIncidents(
  emulator: Emulator,
  plan: Plan,
  say: (line: string) => void,
): Promise<readonly Cell[]> {
  const situations = plan.interfaces.flatMap((interfaces) =>
    [false, true].flatMap((member) =>
      plan.delays.map((delayMs) => ({ interfaces, member, delayMs })),
    ),
  );
  const limit = pLimit(plan.sideBySide);
  return Promise.all(
    situations.map((situation) =>
      limit(async () => {
        const cell = await measure(emulator, situation, plan.repeats);
        say(`${situationText(situation)}: isolated after ${cell.isolated.median.toFixed(1)} s`);
        return cell;
      }),
    ),
  );
}

export const situationText = ({ interfaces, member, delayMs }: Situation): string =>
  `${interfaces} ${interfaces === 1 ? "interface" : "interfaces"}${member ? " in an Auto Scaling group" : ""}, ${delayMs} ms a call`;

/** The fleet, at each concurrency. */
export async function measureFleet(
  emulator: Emulator,
  plan: Plan,
  say: (line: string) => void,
): Promise<readonly FleetOutcome[]> {
  const outcomes: FleetOutcome[] = [];
  for (const atOnce of plan.atOnce) {
    const outcome = await containFleet(emulator, plan.fleet, atOnce, plan.fleetDelay);
    say(`${plan.fleet} instances, ${atOnce} at once: ${outcome.seconds.toFixed(0)} s`);
    outcomes.push(outcome);
    await emulator.reset();
  }
  return outcomes;
}

export interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly processor: string;
  readonly node: string;
  readonly commit: string;
}

export const machineOf = (commit: string): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  cores: cpus().length,
  processor: cpus()[0]?.model ?? "unknown",
  node: process.version,
  commit,
});

export interface Results {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly cells: readonly Cell[];
  readonly steps?: StepCheck;
  readonly fleet: readonly FleetOutcome[];
}
