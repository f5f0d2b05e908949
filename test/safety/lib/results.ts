/** Runs trials and counts what they found. */
import type { Emulator } from "automation-emulator";
import pLimit from "p-limit";
import { table } from "../../../common/table.ts";
import type { Trial } from "./trials.ts";

export interface Result {
  readonly trial: Trial;
  /** What should not be; empty if all is well. */
  readonly violations: readonly string[];
}

/** Runs trials side by side on one emulator; a trial that throws has found that. */
export function runAll(
  emulator: Emulator,
  trials: readonly Trial[],
  parallel: number,
  seen: (result: Result) => void = () => undefined,
): Promise<readonly Result[]> {
  const limit = pLimit(parallel);
  return Promise.all(
    trials.map((trial) =>
      limit(async () => {
        const violations = await trial
          .run(emulator)
          .catch((error: unknown) => [`it threw ${String(error)}`]);
        const result = { trial, violations };
        seen(result);
        return result;
      }),
    ),
  );
}

/** Runs and violations by kind and scenario. A cell has the runs, and after a cross how many of them found something. */
export function summary(results: readonly Result[]): string {
  const scenarios = [...new Set(results.map(({ trial }) => trial.scenario))].sort();
  const kinds = [...new Set(results.map(({ trial }) => trial.kind))].sort();
  const cell = (some: readonly Result[]): string => {
    const bad = some.filter(({ violations }) => violations.length > 0).length;
    return some.length === 0 ? "" : `${some.length}${bad > 0 ? ` ✖ ${bad}` : ""}`;
  };
  const row = (title: string, some: readonly Result[]): readonly string[] => [
    title,
    ...scenarios.map((name) => cell(some.filter(({ trial }) => trial.scenario === name))),
    cell(some),
  ];
  return table(
    ["kind", ...scenarios, "all"],
    [
      ...kinds.map((kind) =>
        row(
          kind,
          results.filter(({ trial }) => trial.kind === kind),
        ),
      ),
      row("all", results),
    ],
  );
}
