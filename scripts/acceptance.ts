import { type AcceptanceOptions, acceptance } from "../acceptance/acceptance.ts";
import { command } from "../common/command.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

const options = program(
  "acceptance",
  "Settles in a sandbox account what only AWS can: makes a small network and two instances, runs the runbook and small documents on them, removes all it made, and shows what AWS did beside what the emulator does. Asks first, and names the cost. Refuses an account that looks like production.",
  [
    ["--account 111122223333 --region us-east-1", "shows what it makes and costs, asks, and runs"],
    [
      "--account 111122223333 --probe cancelled-script,complete-status",
      "two of its questions alone, without instances",
    ],
    ["--account 111122223333 --policy", "the least policy that it needs, as JSON"],
    ["--account 111122223333 --clean", "the runs that were killed and have left something"],
    ["--account 111122223333 --clean 20261125-0a1b2c3d", "removes what such a run has left"],
  ],
)
  .option(
    "-a, --account <id>",
    "the sandbox account, which must be that of the credentials",
    parse.accountId,
  )
  .option("-r, --region <name>", "the Region, by default that of the environment", parse.region)
  .option("--probe <ids>", "some of the questions, by their ids", parse.moreOf, [])
  .option(
    "--clean [run-id]",
    "remove what a run has left; without an id, list such runs",
    parse.runId,
  )
  .option("--policy", "print the policy that the caller needs, and do nothing", false)
  .option("--interval <seconds>", "seconds between two looks at AWS", parse.seconds, 2)
  .option("-y, --yes", "do not ask", false)
  .option("--json", "print the result as JSON, and all else on standard error", false)
  .parse()
  .opts<AcceptanceOptions>();

await command(() => acceptance(options));
