/** `npm run safety`: the sweep in full, or a sample of it: every trouble in every scenario, in both modes of a cancelled script. */
import { startEmulator } from "automation-emulator";
import { endWithReader } from "automation-language/reader";
import { InvalidArgumentError } from "commander";
import { program } from "../../scripts/program.ts";
import { keep, kept, type Result, runAll, summary } from "./lib/results.ts";
import { allTrials, type Part, partOf, sampleOf } from "./lib/trials.ts";

interface Options {
  readonly parallel: number;
  readonly only?: RegExp;
  readonly sample?: number;
  readonly pairs: number;
  readonly seed: number;
  readonly part?: Part;
  readonly json?: string;
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

function readPart(text: string): Part {
  const [which, of] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).slice(1).map(Number);
  if (which === undefined || of === undefined || which < 1 || which > of)
    throw new InvalidArgumentError("It must be a part and their number, such as 2/5.");
  return { which, of };
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

endWithReader();
const { parallel, only, sample, pairs, seed, ...more } = program(
  "safety",
  "Tries every fault at every call and step of every scenario, every permission refused, pairs of faults and forged hints on the emulator, and prints what should not be.",
  [
    ["", "everything; takes hours"],
    ["--sample 200", "200 trials of all kinds, in minutes"],
    ["--sample 200 --seed 7", "the same 200 again, where 7 is the seed that the first run printed"],
    ["--only 'cancel after'", "the trials whose name matches"],
    [
      "--seed 7 --part 2/5",
      "the second fifth of everything: machines share it, with the same seed",
    ],
    ["--seed 7 --json trials.jsonl", "everything; the same again goes on where it was stopped"],
  ],
)
  .option("--parallel <n>", "trials side by side", whole(1, 99), 3)
  .option("--only <pattern>", "only trials whose name matches this regular expression", expression)
  .option("--sample <n>", "only so many of them, of each kind about as many", whole(1, 1_000_000))
  .option(
    "--pairs <n>",
    "how many pairs of faults there are to choose from",
    whole(0, 100_000),
    2000,
  )
  .option(
    "--seed <n>",
    "what the sample and the pairs are drawn by",
    whole(0, 2 ** 31 - 1),
    Math.floor(Math.random() * 2 ** 31),
  )
  .option("--part <n/of>", "only this part of them, the same for the same seed", readPart)
  .option(
    "--json <file>",
    "a file that gets a line for each trial: its name, kind, scenario and violations; trials that it has are not run again",
  )
  .parse()
  .opts<Options>();

/** An emulator keeps all accounts that it was ever asked for: after so many trials comes another one. */
const trialsOfOne = 150;

console.log(`Seed ${seed}`);
const known = more.json === undefined ? [] : kept(more.json);
const results: Result[] = [...known];
if (known.length > 0) console.log(`${more.json} has ${known.length} trials, which are left out.`);
const recorder = await startEmulator({ timeScale: 20 });
const all = await allTrials(recorder, { pairs, seed });
await recorder.close();
const matching = all.filter(({ name }) => only?.test(name) ?? true);
const sampled = sampleOf(matching, sample ?? matching.length, seed);
const part = more.part === undefined ? sampled : partOf(sampled, more.part);
const done = new Set(known.map(({ trial }) => trial.name));
const chosen = part.filter(({ name }) => !done.has(name));
for (const mode of ["kill", "runOn"] as const) {
  const trials = chosen.filter((trial) => trial.mode === mode);
  for (let first = 0; first < trials.length; first += trialsOfOne) {
    const emulator = await startEmulator({ timeScale: 20, cancelledScripts: mode });
    const some = trials.slice(first, first + trialsOfOne);
    results.push(...(await runAll(emulator, some, parallel, tell)));
    await emulator.close();
  }
}
console.log(summary(results));
const bad = results.filter(({ violations }) => violations.length > 0).length;
console.log(`${results.length} of ${all.length} trials, ${bad} with violations`);
if (bad > 0) process.exitCode = 1;

function tell(result: Result): void {
  const { trial, violations } = result;
  if (violations.length > 0) console.log(`✖ ${trial.name}\n  ${violations.join("\n  ")}`);
  if (more.json !== undefined) keep(more.json, result);
}
