import { Option } from "commander";
import { command } from "../common/command.ts";
import { documents } from "../document/documents.ts";
import { execute } from "../operate/execute.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

interface Options {
  readonly instance?: string;
  readonly tag?: string;
  readonly resourceGroup?: string;
  readonly file?: string;
  readonly of?: readonly string[];
  readonly action?: string;
  readonly dryRun: boolean;
  readonly bucket?: string;
  readonly bucketAccess?: readonly string[];
  readonly prefix?: string;
  readonly ami?: true;
  readonly kmsKey?: string;
  readonly ingress?: string;
  readonly egress?: string;
  readonly tagIdentifier?: string;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly role?: string;
  readonly maxConcurrency?: string;
  readonly maxErrors?: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly executionRole?: string;
  readonly assumeRole?: string;
  readonly locationConcurrency?: string;
  readonly locationErrors?: string;
  readonly document?: string;
  readonly documentVersion?: string;
  readonly region?: string;
  readonly follow: boolean;
  readonly interval: number;
  readonly context: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
  readonly yes: boolean;
}

/** The actions of all documents: whether the one that is started has it is checked with its other parameters. */
const actions = [
  ...new Set(
    documents.flatMap(({ runbook }) => runbook.parameters.Action?.allowedValues ?? []).map(String),
  ),
];

const options = program(
  "execute",
  "Starts the runbook on AWS, or on the emulator (AWS_ENDPOINT_URL), and follows it. A dry run unless told otherwise.",
  [
    [
      "--instance i-0123456789abcdef0 --bucket incident-evidence",
      "a dry run: reports every change that Contain would make",
    ],
    [
      "--instance i-0123456789abcdef0 --bucket incident-evidence --no-dry-run",
      "isolates the instance, after the id was typed again",
    ],
    [
      "--instance i-0123456789abcdef0 --bucket incident-evidence --action Release --prefix KEY --no-dry-run",
      "gives everything back; KEY is in the report of Contain",
    ],
    ["--tag Incident=4711 --bucket incident-evidence", "a dry run for each instance with the tag"],
    [
      "--action Release --of 01234567-89ab-4cde-8f01-23456789abcd --no-dry-run",
      "releases all that a run contained, each instance with its own key",
    ],
  ],
)
  .optionsGroup("Which instances (one of these):")
  .option("-i, --instance <id>", "an instance id", parse.instanceId)
  .option("-t, --tag <key=value>", "all instances with this tag", parse.tag)
  .option("-g, --resource-group <name>", "all instances of a resource group", parse.given)
  .option("-f, --file <path>", "the instance ids in a file", parse.given)
  .addOption(
    new Option(
      "--of <execution-ids>",
      "with --action Release: all that these runs contained, by the keys in their own outputs",
    )
      .argParser(parse.executionIds)
      .conflicts([
        ...["instance", "tag", "resourceGroup", "file", "bucket", "bucketAccess", "prefix", "ami"],
        ...["kmsKey", "ingress", "egress", "accounts", "regions"],
      ]),
  )
  .optionsGroup("What to do:")
  .addOption(
    new Option(
      "--action <name>",
      "Contain (the default), or Release (Restore is the same); Protect is the default of ProtectEC2Evidence",
    ).choices(actions),
  )
  .option("--dry-run", "change nothing and report what would be done", true)
  .option("--no-dry-run", "make the changes")
  .option(
    "-b, --bucket <name>",
    "the bucket for the backup; {account} and {region} are filled in with --accounts",
    parse.given,
  )
  .option("--bucket-access <arns>", "who may read the bucket, where Contain makes it", parse.list)
  .option(
    "--prefix <key>",
    "Contain: a folder in the bucket; Release: the key of the backup",
    parse.given,
  )
  .option("--ami", "also make an image and an encrypted copy of it")
  .option("--kms-key <key>", "the key that encrypts the copy", parse.given)
  .option("--ingress <json>", "what may still reach the instance, as a JSON list", parse.rules)
  .option("--egress <json>", "what the instance may still reach, as a JSON list", parse.rules)
  .option(
    "--tag-identifier <tag>",
    "a tag for all that is made, as Key=BatchId,Value=78925",
    parse.given,
  )
  .option(
    "--role <arn or name>",
    "the role that the runbook acts as (default: the one of the deployment)",
    parse.given,
  )
  .option(
    "-p, --parameter <name=value>",
    "any other parameter of the document; values of a list with commas between them",
    parse.parameters,
  )
  .optionsGroup("How many at once:")
  .option(
    "--max-concurrency <n>",
    "instances at the same time, a number or percentage (default: 5; 1 with --of, and give 1 for members of one Auto Scaling group)",
    parse.concurrency,
  )
  .option(
    "--max-errors <n>",
    "failures after which no further instance is begun (default: 100%, with --accounts 0)",
    parse.failures,
  )
  .optionsGroup("In other accounts and Regions:")
  .option(
    "--accounts <ids>",
    "account ids or organizational units, separated by commas",
    parse.accountsOrUnits,
    [],
  )
  .option("--regions <names>", "Regions, separated by commas", parse.regions, [])
  .option(
    "--execution-role <name>",
    "the role to become there, with its path (default: the one of the rollout)",
    parse.given,
  )
  .option(
    "--assume-role <name>",
    "the role to read what ran there by, the same name in each account",
    parse.given,
  )
  .option(
    "--location-concurrency <n>",
    "accounts and Regions at the same time (default: 5)",
    parse.concurrency,
  )
  .option(
    "--location-errors <n>",
    "failures after which no further account and Region is begun (default: 100%)",
    parse.failures,
  )
  .optionsGroup("This command:")
  .option(
    "-d, --document <name>",
    `${documents.map(({ runbook }) => runbook.name).join(", ")}, or the name or ARN of one that is shared`,
    parse.given,
  )
  .option("--document-version <n>", "a version other than the default", parse.documentVersion)
  .option("-r, --region <name>", "the Region to start in", parse.region)
  .option("--no-follow", "start only, and all at once; not for releases that wait for each other")
  .option("--interval <seconds>", "seconds between two looks", parse.seconds, 2)
  .option("-c, --context <name=value>", "a setting over that of cdk.json", parse.settings, [])
  .option("--json", "print the executions as JSON, and all else on standard error", false)
  .option("--verbose", "print failures in full, tracebacks of scripts included", false)
  .option("-y, --yes", "do not ask for the target to be typed again", false)
  .parse()
  .opts<Options>();

/** Leaves out what was not given. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const { instance, tag, resourceGroup, file, json, verbose } = options;
const { role, executionRole, assumeRole, document, documentVersion, region, maxErrors } = options;
const { maxConcurrency, locationConcurrency, locationErrors } = options;
const { context, dryRun, accounts, regions, follow, interval, yes } = options;

await command(() =>
  execute({
    ...given({ role, executionRole, assumeRole, document, documentVersion, region, maxErrors }),
    ...given({ of: options.of, maxConcurrency, locationConcurrency, locationErrors }),
    ...{ context, dryRun, accounts, regions, follow, interval, yes },
    output: { json, verbose },
    selection: given({ instance, tag, group: resourceGroup, file }),
    parameters: given({
      Action: options.action,
      S3BucketName: options.bucket,
      BackupS3BucketAccess: options.bucketAccess?.join(","),
      S3PrefixName: options.prefix,
      CreateAMIBackup: options.ami && "true",
      KmsKey: options.kmsKey,
      IngressInput: options.ingress,
      EgressInput: options.egress,
      TagIdentifier: options.tagIdentifier,
    }) as Record<string, string>,
    others: options.parameter ?? {},
  }),
);
