/** `npm run bench`: how fast the runbook isolates and releases, beside plain scripts and beside what can't be beaten. */
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { startEmulator } from "automation-emulator";
import { InvalidArgumentError } from "commander";
import { execa } from "execa";
import { inProject } from "../../build/root.ts";
import pc from "../../common/colours.ts";
import { command } from "../../common/command.ts";
import { Problem } from "../../common/problem.ts";
import { table } from "../../common/table.ts";
import { program } from "../../scripts/program.ts";
import { setUpPython } from "../../scripts/python.ts";
import { type AtOnce, measureAtOnce } from "./lib/atOnce.ts";
import { type MemorySample, measureMemory } from "./lib/memory.ts";
import { pageOf } from "./lib/page.ts";
import {
  checkSteps,
  full,
  machineOf,
  measureFleet,
  measureIncidents,
  quick,
  type Results,
  stepSeconds,
} from "./lib/results.ts";
import { told } from "./lib/statistics.ts";

interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  readonly page: boolean;
  readonly memory?: number;
  readonly atOnce?: number;
  readonly against?: string;
}

const page = inProject("docs", "bench.md");
const asked = program(
  "bench",
  "Measures isolation and Release on the emulator, beside plain scripts, and a fleet by rate control. Machines are noisy: compare the ratios within one run, not two runs.",
  [
    ["", "everything; takes half an hour"],
    ["--quick", "few situations, each once; takes less than a minute"],
    ["--page", "everything, and writes docs/bench.md"],
    [
      "--memory 1000",
      "runs 1,000 executions; prints the memory of the emulator's processes after each 100",
    ],
    [
      "--at-once 100 --against ../other",
      "starts 100 executions at once here and in another checkout; prints how many end in a second",
    ],
  ],
)
  .option("--quick", "few situations, each once", false)
  .option("--json", "the results as JSON", false)
  .option("--page", "write the results to docs/bench.md", false)
  .option(
    "--memory <executions>",
    "whether the emulator grows while it runs, and nothing else",
    many,
  )
  .option(
    "--at-once <executions>",
    "how many executions end in a second where so many start at once, and nothing else",
    many,
  )
  .option("--against <folder>", "with --at-once: another checkout, with its packages installed")
  .parse()
  .opts<Options>();

await command(async () => {
  const say = (line: string): void => console.error(pc.dim(line));
  const other = otherCheckout(asked);
  await setUpPython("run", say);
  if (asked.memory !== undefined) {
    const samples = await measureMemory(asked.memory, say);
    console.log(asked.json ? JSON.stringify(samples, undefined, 2) : memoryTable(samples));
    return 0;
  }
  if (asked.atOnce !== undefined) {
    const folders = [inProject(), ...other];
    const rates = await measureAtOnce(folders, asked.atOnce, say);
    console.log(asked.json ? JSON.stringify(rates, undefined, 2) : rateTable(rates));
    return 0;
  }
  const results = await measureAll(say);
  if (asked.page) writeFileSync(page, pageOf(results));
  console.log(asked.json ? JSON.stringify(results, undefined, 2) : pageOf(results));
  return 0;
});

/** The folder to measure against, where one is given. @throws Problem before anything is measured */
function otherCheckout({ against, atOnce }: Options): readonly string[] {
  if (against === undefined) return [];
  if (atOnce === undefined)
    throw new Problem(
      "--against has no effect without --at-once.",
      "Add --at-once 100, or leave it out.",
    );
  const folder = resolve(against);
  if (!["scripts/emulator.ts", "node_modules"].every((part) => existsSync(resolve(folder, part))))
    throw new Problem(
      `${folder} is no checkout of this project with its packages installed.`,
      "Clone it there and run npm ci in it, or give another folder.",
    );
  return [folder];
}

/** How many executions. */
function many(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError("It must be a number of executions from 1.");
  return Number(text);
}

function rateTable(rates: readonly AtOnce[]): string {
  const [here] = rates;
  const rows = rates.map(({ folder, commit, rate }) => [
    ...[folder, commit, told(rate, 2)],
    ((here?.rate.median ?? 0) / rate.median).toFixed(2),
  ]);
  return table(["checkout", "commit", "executions a second", "this one is faster by"], rows);
}

function memoryTable(samples: readonly MemorySample[]): string {
  const rows = samples.map((one) => [one.executions, one.node, one.moto, one.workers]);
  return table(["executions", "node, MB", "moto, MB", "workers, MB"], rows);
}

async function measureAll(say: (line: string) => void): Promise<Results> {
  const plan = asked.quick ? quick : full;
  const machine = machineOf(await commit());
  const emulator = await startEmulator();
  const slow = asked.quick ? undefined : await startEmulator({ stepSeconds });
  try {
    const cells = await measureIncidents(emulator, plan, say);
    const [first] = cells;
    const steps = slow && first ? await checkSteps(slow, first) : undefined;
    const fleet = await measureFleet(emulator, plan, say);
    return { machine, plan, cells, ...(steps !== undefined && { steps }), fleet };
  } finally {
    await emulator.close();
    await slow?.close();
  }
}

/** The short name of the commit that is measured, with a plus where files differ from it. */
async function commit(): Promise<string> {
  const { stdout, exitCode } = await execa("git", ["describe", "--always", "--dirty=+"], {
    cwd: inProject(),
    reject: false,
  });
  return exitCode === 0 ? stdout : "unknown";
}
