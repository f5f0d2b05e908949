/** `npm run safety`: the sweep in full: every fault at every call of every scenario, in both modes of a cancelled script. */
import { startEmulator } from "automation-emulator";
import { InvalidArgumentError } from "commander";
import pLimit from "p-limit";
import { table } from "../../common/table.ts";
import { program } from "../../scripts/program.ts";
import { allTrials } from "./lib/trials.ts";

interface Options {
  readonly parallel: number;
  readonly only?: RegExp;
}

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("It must be a number from 1 to 99.");
  return Number(text);
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

const { parallel, only } = program(
  "safety",
  "Tries every fault at every call of every scenario on the emulator, and prints what should not be.",
  [
    ["", "everything; takes hours"],
    ["--only 'cancel after'", "the trials whose name matches"],
  ],
)
  .option("--parallel <n>", "trials side by side", count, 3)
  .option("--only <pattern>", "only trials whose name matches this regular expression", expression)
  .parse()
  .opts<Options>();

const rows = new Map<string, { runs: number; violations: number }>();
for (const cancelledScripts of ["kill", "runOn"] as const) {
  const emulator = await startEmulator({ timeScale: 20, cancelledScripts });
  const limit = pLimit(parallel);
  const trials = (await allTrials(emulator)).filter(
    ({ name, kind }) =>
      (only?.test(name) ?? true) && (cancelledScripts === "kill" || kind.startsWith("cancel")),
  );
  await Promise.all(
    trials.map((trial) =>
      limit(async () => {
        const wrong = await trial.run(emulator).catch((error: unknown) => [String(error)]);
        const key = `${trial.scenario}\n${trial.kind} (${cancelledScripts})`;
        const row = rows.get(key) ?? { runs: 0, violations: 0 };
        rows.set(key, { runs: row.runs + 1, violations: row.violations + wrong.length });
        if (wrong.length > 0)
          console.log(`✖ ${trial.name} (${cancelledScripts})\n  ${wrong.join("\n  ")}`);
      }),
    ),
  );
  await emulator.close();
}
console.log(
  table(
    ["scenario", "kind", "runs", "violations"],
    [...rows].map(([key, row]) => [...key.split("\n"), row.runs, row.violations]),
  ),
);
const violations = [...rows.values()].reduce((sum, row) => sum + row.violations, 0);
console.log(`${violations} violations`);
if (violations > 0) process.exitCode = 1;
