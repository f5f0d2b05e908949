import { Command } from "commander";
import { command } from "../common/command.ts";
import { deploy } from "../deploy/deployment.ts";

const options = new Command("deploy")
  .description(
    "Deploys the runbook with CDK, verifies it through SSM and makes it the default version.",
  )
  .option(
    "-c, --context <name=value...>",
    "settings over those of cdk.json, such as regions=us-east-1,eu-west-1",
    [],
  )
  .option("--no-promote", "publish the version for trial and leave the default as it is")
  .option("-y, --yes", "do not ask", false)
  .parse()
  .opts<{ context: string[]; promote: boolean; yes: boolean }>();

await command(() => deploy(options));
