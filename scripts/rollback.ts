import { Command } from "commander";
import { command } from "../common/command.ts";
import { moveDefault } from "../deploy/promotion.ts";

const options = new Command("rollback")
  .description("Makes the version before the default the default, after showing what changes.")
  .option("-c, --context <name=value...>", "settings over those of cdk.json", [])
  .option("-y, --yes", "do not ask", false)
  .parse()
  .opts<{ context: string[]; yes: boolean }>();

await command(() => moveDefault(undefined, options));
