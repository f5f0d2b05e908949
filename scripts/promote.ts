import { Command } from "commander";
import { command } from "../common/command.ts";
import { moveDefault } from "../deploy/promotion.ts";

const program = new Command("promote")
  .description("Makes a version of the runbook the default, after showing what changes.")
  .argument("<version>", "number or name of the version, as npm run deploy prints it")
  .option("-c, --context <name=value...>", "settings over those of cdk.json", [])
  .option("-y, --yes", "do not ask", false)
  .parse();

await command(() =>
  moveDefault(program.args[0], program.opts<{ context: string[]; yes: boolean }>()),
);
