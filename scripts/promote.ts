import { command } from "../common/command.ts";
import { moveDefault, type VersionOptions } from "../deploy/promotion.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

const line = program(
  "promote",
  "Makes a version of the runbook the default, after showing what changes.",
  [["7", "makes version 7 the default, in every Region of the settings"]],
)
  .argument("<version>", "number or name of the version, as npm run deploy prints it")
  .option("-d, --document <name>", "a document other than the one that contains", parse.given)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("-y, --yes", "do not ask", false)
  .option("--json", "print how each Region stands as JSON, and all else on standard error", false)
  .parse();

await command(() => moveDefault(line.args[0], line.opts<VersionOptions>()));
