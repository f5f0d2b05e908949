import { command } from "../common/command.ts";
import { type DeployOptions, deploy } from "../deploy/deployment.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

const options = program(
  "deploy",
  "Deploys the runbook with CDK, verifies it through SSM and makes it the default version.",
  [
    ["", "shows what changes, asks, and deploys"],
    [
      "-c regions=us-east-1,eu-west-1 -c backupBucket=true",
      "in two Regions, with a bucket for the backups",
    ],
    ["--no-promote", "for trial: the default version stays"],
  ],
)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("--no-promote", "publish the version for trial and leave the default as it is")
  .option("-y, --yes", "do not ask", false)
  .option("--json", "print how each Region stands as JSON, and all else on standard error", false)
  .parse()
  .opts<DeployOptions>();

await command(() => deploy(options));
