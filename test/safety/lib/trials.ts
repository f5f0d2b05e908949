/** All trials of the sweep, by name. */
import type { Emulator } from "automation-emulator";
import { scenarios } from "./scenarios.ts";
import { kinds, pointsOf, stepPoints, tryFault } from "./sweep.ts";

export interface Trial {
  readonly scenario: string;
  readonly kind: string;
  readonly name: string;
  run(emulator: Emulator): Promise<readonly string[]>;
}

/** Every fault at every call of every scenario's clean run, and every stop at every step. */
export async function allTrials(emulator: Emulator, only?: readonly string[]): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const scenario of scenarios.filter(({ name }) => only?.includes(name) ?? true)) {
    const points = [...(await pointsOf(emulator, scenario)), ...stepPoints];
    for (const point of points)
      for (const [kind, fault] of Object.entries(kinds)) {
        if (point.match.event === "step" && !/cancel|complete|kill/.test(kind)) continue;
        trials.push({
          scenario: scenario.name,
          kind,
          name: `${scenario.name}: ${kind}, ${point.name}`,
          run: (lab) => tryFault(lab, scenario, point, fault),
        });
      }
  }
  return trials;
}

/** Every n-th trial, the same ones each time, each kind among them. */
export const sampleOf = (trials: readonly Trial[], count: number): readonly Trial[] => {
  const step = Math.max(1, Math.floor(trials.length / count) | 1);
  return trials.filter((_, index) => index % step === 0);
};
