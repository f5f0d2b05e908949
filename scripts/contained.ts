import { command } from "../common/command.ts";
import { contained } from "../operate/contained/contained.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

interface Options {
  readonly region: readonly string[];
  readonly accounts: readonly string[];
  readonly assumeRole?: string;
  readonly json: boolean;
  readonly context: readonly string[];
}

const { region, ...options } = program(
  "contained",
  "Lists the instances that are contained: since when, by which run, with which key, and the line that releases each. Security groups, tags and the executions' own outputs are held against each other, since tags and groups can be forged. Changes nothing; ends with status 1 where they do not agree.",
  [
    ["", "in this account and Region"],
    ["--region us-east-1,eu-west-1 --json", "in two Regions, for programs"],
    [
      "--accounts ou-ab12-cdefgh34 --region us-east-1 --assume-role IncidentResponder",
      "in all accounts of a unit, by a role that each of them has",
    ],
  ],
)
  .option(
    "-r, --region <names>",
    "Regions other than those of the settings, separated by commas",
    parse.moreRegions,
    [],
  )
  .option(
    "--accounts <ids>",
    "account ids or organizational units, separated by commas",
    parse.accountsOrUnits,
    [],
  )
  .option(
    "--assume-role <name>",
    "the role to read other accounts by, the same name in each",
    parse.given,
  )
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("--json", "print them as JSON, and all else on standard error", false)
  .parse()
  .opts<Options>();

await command(() => contained({ ...options, regions: region }));
