import { command } from "../common/command.ts";
import { type ShareOptions, share } from "../deploy/share/share.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

interface Options {
  readonly document?: string;
  readonly unit: readonly string[];
  readonly account: readonly string[];
  readonly file: readonly string[];
  readonly region: readonly string[];
  readonly prune: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly context: readonly string[];
  readonly yes: boolean;
}

const { unit, account, file, region, ...rest } = program(
  "share",
  "Shares the runbook with accounts of the organization, in every Region; never with everyone.",
  [
    ["--unit root", "with all accounts of the organization"],
    ["--account 111122223333,444455556666", "with two accounts"],
    ["--unit ou-ab12-cdefgh34 --prune", "with those of a unit, and with nobody else"],
    ["--document RespondToFinding --account 111122223333", "shares that one"],
    ["--list", "shows whom it is shared with"],
  ],
)
  .option(
    "-u, --unit <id>",
    "root (r-…, or the word root) or organizational unit (ou-…), nested ones included",
    parse.moreOf,
    [],
  )
  .option("-a, --account <id>", "account id", parse.moreOf, [])
  .option("-f, --file <path>", "file with account ids, one a line", parse.moreOf, [])
  .option("-r, --region <name>", "Regions other than those of the settings", parse.moreRegions, [])
  .option("--prune", "also stop sharing with accounts that are not among the targets", false)
  .option("--list", "show whom it is shared with and change nothing", false)
  .option("--json", "with --list: print it as JSON", false)
  .option("-d, --document <name>", "a document other than the one that contains", parse.given)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("-y, --yes", "do not ask", false)
  .parse()
  .opts<Options>();

const request: ShareOptions = {
  ...rest,
  units: unit,
  accounts: account,
  files: file,
  regions: region,
};
await command(() => share(request));
