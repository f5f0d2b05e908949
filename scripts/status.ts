import { Command } from "commander";
import { command } from "../common/command.ts";
import { status } from "../operate/execute.ts";
import { seconds } from "./seconds.ts";

const program = new Command("status")
  .description("Picks up an execution that was left running, and follows it to its end.")
  .argument("<execution-id>", "as npm run execute prints it")
  .option("-r, --region <name>", "the Region it was started in")
  .option("--no-follow", "show how it stands and end")
  .option("--interval <seconds>", "seconds between two looks", seconds, 2)
  .parse();
const options = program.opts<{ region?: string; follow: boolean; interval: number }>();

await command(() =>
  status(program.args[0] ?? "", options.region, options.follow, options.interval),
);
