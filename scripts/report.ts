import { join, relative } from "node:path";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { report } from "../operate/report/report.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

interface Options {
  readonly region?: string;
  readonly output?: string;
  readonly account?: string;
  readonly assumeRole?: string;
  readonly json: boolean;
}

const line = program(
  "report",
  "Writes the report of an execution as one HTML page that opens without a network: the verdict, the instance's network before and after as a picture, the steps with their times, what was made and changed, the evidence with its digests, and what to do next. Of a run over several instances, one page of all.",
  [
    ["01234567-89ab-4cde-8f01-23456789abcd", "into dist/reports/"],
    [
      "01234567-89ab-4cde-8f01-23456789abcd --region eu-west-1 --output case-4711.html",
      "of a run in another Region, to a file of your own",
    ],
    [
      "01234567-89ab-4cde-8f01-23456789abcd --account 444455556666 --assume-role IncidentResponder",
      "of a run in another account, by a role there",
    ],
  ],
)
  .argument("<execution-id>", "as npm run execute prints it", parse.executionId)
  .option("-r, --region <name>", "the Region it was started in", parse.region)
  .option(
    "-o, --output <file>",
    "write it to this file (default: dist/reports/EXECUTION_ID.html)",
    parse.given,
  )
  .option("--account <id>", "the account it ran in, other than your own", parse.accountId)
  .option(
    "--assume-role <name>",
    "the role to read what ran in other accounts by, the same name in each",
    parse.given,
  )
  .option("--json", "print the verdict and the file as JSON, and all else on standard error", false)
  .parse();
const { output, ...options } = line.opts<Options>();
const id = line.processedArgs[0] as string;
const file = output ?? relative(process.cwd(), join(inProject("dist", "reports"), `${id}.html`));

await command(() => report(id, file, options));
