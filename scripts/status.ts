import { command } from "../common/command.ts";
import { status } from "../operate/status.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

interface Options {
  readonly region?: string;
  readonly assumeRole?: string;
  readonly follow: boolean;
  readonly interval: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

const line = program(
  "status",
  "Picks up an execution that was left running, and follows it to its end.",
  [
    ["01234567-89ab-4cde-8f01-23456789abcd", "follows it, and prints its report"],
    ["01234567-89ab-4cde-8f01-23456789abcd --no-follow --json", "how it stands now, for programs"],
  ],
)
  .argument("<execution-id>", "as npm run execute prints it", parse.executionId)
  .option("-r, --region <name>", "the Region it was started in", parse.region)
  .option(
    "--assume-role <name>",
    "the role to read what ran in other accounts by, the same name in each",
    parse.given,
  )
  .option("--no-follow", "show how it stands and end")
  .option("--interval <seconds>", "seconds between two looks", parse.seconds, 2)
  .option("--json", "print the execution as JSON, and all else on standard error", false)
  .option("--verbose", "print failures in full, tracebacks of scripts included", false)
  .parse();
const { json, verbose, ...options } = line.opts<Options>();

await command(() =>
  status(line.processedArgs[0] as string, { ...options, output: { json, verbose } }),
);
