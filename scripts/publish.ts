import { Command } from "commander";
import { command } from "../common/command.ts";
import { publishDocument } from "../deploy/promotion.ts";

const options = new Command("publish")
  .description("Publishes the document through SSM alone, without CloudFormation.")
  .option("-c, --context <name=value...>", "settings over those of cdk.json", [])
  .option("--no-promote", "publish the version for trial and leave the default as it is")
  .option("-y, --yes", "do not ask", false)
  .parse()
  .opts<{ context: string[]; promote: boolean; yes: boolean }>();

await command(() => publishDocument(options.promote, options));
