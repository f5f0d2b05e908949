/** Runs trials, keeps what they found, and counts it. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Emulator } from "automation-emulator";
import pLimit from "p-limit";
import { z } from "zod";
import { table } from "../../../common/table.ts";
import type { Trial } from "./trials.ts";

export interface Result {
  readonly trial: Pick<Trial, "name" | "kind" | "scenario">;
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

const line = z.object({
  name: z.string(),
  kind: z.string(),
  scenario: z.string(),
  violations: z.array(z.string()),
});

/**
 * The results that a file has, one JSON object a line; none where there is no file.
 *
 * @throws Error with the number of a line that is none
 */
export function kept(file: string): readonly Result[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text, index) => {
      if (text === "") return [];
      try {
        const { violations, ...trial } = line.parse(JSON.parse(text));
        return [{ trial, violations }];
      } catch {
        throw new Error(`Line ${index + 1} of ${file} is no result of a trial: remove it.`);
      }
    });
}

/** Adds a result to a file. */
export function keep(file: string, { trial: { name, kind, scenario }, violations }: Result): void {
  appendFileSync(file, `${JSON.stringify({ name, kind, scenario, violations })}\n`);
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
