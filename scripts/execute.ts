import { Command } from "commander";
import { command } from "../common/command.ts";
import { execute } from "../operate/execute.ts";
import { seconds } from "./seconds.ts";

const commas = (value: string): string[] => value.split(",").filter((part) => part !== "");

const options = new Command("execute")
  .description("Starts the runbook on AWS, or on the emulator (AWS_ENDPOINT_URL), and follows it.")
  .optionsGroup("Which instances (one of these):")
  .option("-i, --instance <id>", "an instance id")
  .option("-t, --tag <key=value>", "all instances with this tag")
  .option("-g, --resource-group <name>", "all instances of a resource group")
  .option("-f, --file <path>", "the instance ids in a file")
  .optionsGroup("What to do:")
  .option("--action <name>", "Contain, or Release (Restore)", "Contain")
  .option("--dry-run", "change nothing and report what would be done (default)", true)
  .option("--no-dry-run", "make the changes")
  .option(
    "-b, --bucket <name>",
    "the bucket for the backup; {account} and {region} are filled in with --accounts",
  )
  .option("--prefix <key>", "Contain: a folder in the bucket; Release: the key of the backup")
  .option("--ami", "also make an image and an encrypted copy of it")
  .option("--kms-key <key>", "the key that encrypts the copy")
  .option("--ingress <json>", "what may still reach the instance, as a JSON list")
  .option("--egress <json>", "what the instance may still reach, as a JSON list")
  .option("--tag-identifier <tag>", "a tag for all that is made, as Key=BatchId,Value=78925")
  .option(
    "--role <arn or name>",
    "the role that the runbook acts as (default: the one of the deployment)",
  )
  .optionsGroup("How many at once:")
  .option("--max-concurrency <n>", "instances at the same time, a number or percentage", "5")
  .option(
    "--max-errors <n>",
    "failures after which no further instance is begun (default: 100%, with --accounts 0)",
  )
  .optionsGroup("In other accounts and Regions:")
  .option(
    "--accounts <ids>",
    "account ids or organizational units, separated by commas",
    commas,
    [],
  )
  .option("--regions <names>", "Regions, separated by commas", commas, [])
  .option("--execution-role <name>", "the role to become there (default: the one of the rollout)")
  .option("--location-concurrency <n>", "accounts and Regions at the same time", "5")
  .option(
    "--location-errors <n>",
    "failures after which no further account and Region is begun",
    "100%",
  )
  .optionsGroup("This command:")
  .option("-d, --document <name>", "name, or ARN of a document that another account shares")
  .option("--document-version <n>", "a version other than the default")
  .option("-r, --region <name>", "the Region to start in")
  .option("--no-follow", "start only")
  .option("--interval <seconds>", "seconds between two looks", seconds, 2)
  .option("-c, --context <name=value...>", "settings over those of cdk.json", [])
  .option("-y, --yes", "do not ask for the instance id again", false)
  .parse()
  .opts<{
    instance?: string;
    tag?: string;
    resourceGroup?: string;
    file?: string;
    action: string;
    dryRun: boolean;
    bucket?: string;
    prefix?: string;
    ami?: true;
    kmsKey?: string;
    ingress?: string;
    egress?: string;
    tagIdentifier?: string;
    role?: string;
    maxConcurrency: string;
    maxErrors?: string;
    accounts: string[];
    regions: string[];
    executionRole?: string;
    locationConcurrency: string;
    locationErrors: string;
    document?: string;
    documentVersion?: string;
    region?: string;
    follow: boolean;
    interval: number;
    context: string[];
    yes: boolean;
  }>();

/** Leaves out what was not given. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const {
  instance,
  tag,
  resourceGroup,
  file,
  role,
  executionRole,
  document,
  documentVersion,
  region,
  maxErrors,
} = options;

await command(() =>
  execute({
    ...given({ role, executionRole, document, documentVersion, region, maxErrors }),
    context: options.context,
    selection: given({ instance, tag, group: resourceGroup, file }),
    parameters: given({
      Action: options.action,
      S3BucketName: options.bucket,
      S3PrefixName: options.prefix,
      CreateAMIBackup: options.ami && "true",
      KmsKey: options.kmsKey,
      IngressInput: options.ingress,
      EgressInput: options.egress,
      TagIdentifier: options.tagIdentifier,
    }) as Record<string, string>,
    dryRun: options.dryRun,
    maxConcurrency: options.maxConcurrency,
    accounts: options.accounts,
    regions: options.regions,
    locationConcurrency: options.locationConcurrency,
    locationErrors: options.locationErrors,
    follow: options.follow,
    interval: options.interval,
    yes: options.yes,
  }),
);
