/** `npm run safety`: the proof that the runbook is safe, in full. */
import { InvalidArgumentError } from "commander";
import { program } from "../../scripts/program.ts";
import { runLongForm } from "./longForm/longForm.ts";

interface Options {
  readonly budget: number;
  readonly seed?: number;
  readonly parallel: number;
  readonly accounts: number;
  readonly only?: string;
  readonly fresh: boolean;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("A number from 0.");
  return value;
}

const options = program(
  "safety",
  "Tries every fault, crash, race and hostile input on the emulator and writes dist/safety/summary.md. Goes on where an earlier run of the same document stopped.",
  [
    ["", "everything; takes hours"],
    ["--budget 30 --only stop", "half an hour of the trials whose name has stop in it"],
  ],
)
  .option("--budget <minutes>", "stop after so long; 0: when all is done", number, 0)
  .option("--seed <n>", "seed of the random accounts, inputs and of the order", number)
  .option("--parallel <n>", "trials side by side", number, 3)
  .option("--accounts <n>", "random accounts", number, 500)
  .option("--only <pattern>", "only trials whose section and name match this regular expression")
  .option("--fresh", "forget what earlier runs have done", false)
  .parse()
  .opts<Options>();

try {
  const violations = await runLongForm(options);
  process.exitCode = violations > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
