import { command } from "../common/command.ts";
import { moveDefault, type VersionOptions } from "../deploy/promotion.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

const options = program(
  "rollback",
  "Makes the version before the default the default, after showing what changes.",
  [["", "shows what changes, asks, and moves the default"]],
)
  .option("-d, --document <name>", "a document other than the one that contains", parse.given)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("-y, --yes", "do not ask", false)
  .option("--json", "print how each Region stands as JSON, and all else on standard error", false)
  .parse()
  .opts<VersionOptions>();

await command(() => moveDefault(undefined, options));
