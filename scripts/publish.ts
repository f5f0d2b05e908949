import { command } from "../common/command.ts";
import { publishDocument, type VersionOptions } from "../deploy/promotion.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

const options = program(
  "publish",
  "Publishes the document through SSM alone, without CloudFormation.",
  [
    ["", "shows what changes, asks, and publishes"],
    ["--document RespondToFinding", "publishes that one"],
    ["--no-promote", "for trial: the default version stays"],
  ],
)
  .option("-d, --document <name>", "a document other than the one that contains", parse.given)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("--no-promote", "publish the version for trial and leave the default as it is")
  .option("-y, --yes", "do not ask", false)
  .option("--json", "print how each Region stands as JSON, and all else on standard error", false)
  .parse()
  .opts<VersionOptions & { readonly promote: boolean }>();

await command(() => publishDocument(options.promote, options));
