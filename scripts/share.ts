import { Command } from "commander";
import { command } from "../common/command.ts";
import { type ShareOptions, share } from "../deploy/share/share.ts";

const many = (value: string, before: string[]): string[] => [...before, ...value.split(",")];

const options = new Command("share")
  .description(
    "Shares the runbook with accounts of the organization, in every Region; never with everyone.",
  )
  .option(
    "-u, --unit <id>",
    "root (r-…, or the word root) or organizational unit (ou-…), nested ones included",
    many,
    [],
  )
  .option("-a, --account <id>", "account id", many, [])
  .option("-f, --file <path>", "file with account ids, one a line", many, [])
  .option("-r, --region <name>", "Regions other than those of the settings", many, [])
  .option("--prune", "also stop sharing with accounts that are not among the targets", false)
  .option("--list", "show whom it is shared with and change nothing", false)
  .option("-c, --context <name=value...>", "settings over those of cdk.json", [])
  .option("-y, --yes", "do not ask", false)
  .parse()
  .opts<{
    unit: string[];
    account: string[];
    file: string[];
    region: string[];
    prune: boolean;
    list: boolean;
    context: string[];
    yes: boolean;
  }>();

await command(() => {
  const { unit, account, file, region, ...rest } = options;
  const request: ShareOptions = {
    ...rest,
    units: unit,
    accounts: account,
    files: file,
    regions: region,
  };
  return share(request);
});
