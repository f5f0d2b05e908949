/** Every trial of the long form. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { inProject } from "../../../build/root.ts";
import { contentHash } from "../../../common/version.ts";
import { runbookDocument } from "../../world/document.ts";
import { driftJobs } from "./drift.ts";
import { parameterJobs } from "./hostile.ts";
import type { Job, Section } from "./jobs.ts";
import { openLab } from "./lab.ts";
import { privilegeJobs } from "./privilege.ts";
import { raceJobs } from "./races.ts";
import { scenarios } from "./scenarios.ts";
import { scopeJob } from "./scopes.ts";
import { casesOf, jobOf, type Recorded, record } from "./sweep.ts";
import { tamperJobs } from "./tampering.ts";

export interface Extent {
  readonly seed: number;
  /** How many random accounts. */
  readonly accounts: number;
}

/** Random parameters. */
const parameterSets = 200;

/** All trials in an order in which those done at any time are a fair sample of all. */
export async function allJobs({ seed, accounts }: Extent): Promise<readonly Job[]> {
  const cases = (await recordings()).flatMap(casesOf);
  const all = [
    ...cases.map(jobOf),
    ...tamperJobs,
    ...raceJobs,
    ...privilegeJobs(),
    scopeJob,
    ...parameterJobs(seed, parameterSets),
    ...driftJobs(seed, accounts),
  ];
  return inTurn(shuffled(all, seed));
}

/** How many trials of each section come in a turn. */
const turn: Readonly<Record<Section, number>> = {
  faults: 5,
  crashes: 3,
  races: 1,
  "hostile input": 2,
  "least privilege": 1,
  "no drift": 3,
};

/** The trials in turns, in which each section has its share as long as it has any left. */
function inTurn(jobs: readonly Job[]): readonly Job[] {
  const counts = new Map<Section, number>();
  const places = jobs.map((job): [number, Job] => {
    const before = counts.get(job.section) ?? 0;
    counts.set(job.section, before + 1);
    return [before / turn[job.section], job];
  });
  return places.sort(([a], [b]) => a - b).map(([, job]) => job);
}

/** The same in another order, which is the same for the same seed. */
export function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const order = fc.shuffledSubarray([...list], { minLength: list.length });
  return fc.sample(order, { seed, numRuns: 1 })[0] ?? [];
}

/** The calls of clean runs of all scenarios, recorded once for a document. */
export async function recordings(): Promise<readonly Recorded[]> {
  const hash = contentHash(runbookDocument().yaml).slice(0, 16);
  const file = inProject("dist", "safety", `calls-${hash}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Recorded[];
  const lab = await openLab();
  try {
    const all: Recorded[] = [];
    for (const scenario of scenarios) all.push(...(await record(lab.emulator, scenario)));
    writeFileSync(file, JSON.stringify(all));
    return all;
  } finally {
    await lab.close();
  }
}
