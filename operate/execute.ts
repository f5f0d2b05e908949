import type { SSMClient } from "@aws-sdk/client-ssm";
import { accountIdPattern, partitionOf, roleIn } from "automation-language/arn";
import { activeAccounts } from "../common/accounts.ts";
import { typedAgain } from "../common/ask.ts";
import { organizations, ssm } from "../common/clients.ts";
import pc from "../common/colours.ts";
import { type Config, executionRoleOf, loadConfig, regionsOf } from "../common/config.ts";
import { definitionOf, type Form, formOf, roleNameOf } from "../common/documents.ts";
import { idsIn, readIdFile } from "../common/idFile.ts";
import { callerAccount } from "../common/preflight.ts";
import { printable } from "../common/printable.ts";
import { printer } from "../common/printer.ts";
import { Problem } from "../common/problem.ts";
import { describe } from "../common/published.ts";
import type { Output } from "./followAll.ts";
import { homeIn } from "./places.ts";
import { type Releases, releasesOf } from "./releaseOf.ts";
import {
  allParameters,
  assertTaken,
  called,
  INSTANCE,
  plan,
  type RunOptions,
  type Selection,
  unfollowed,
} from "./request.ts";
import { heading } from "./show.ts";
import { startWaves } from "./waves.ts";

export interface ExecuteOptions {
  readonly context: readonly string[];
  readonly region?: string;
  readonly document?: string;
  readonly documentVersion?: string;
  readonly selection: Omit<Selection, "instances" | "releases"> & { readonly file?: string };
  /** The executions of which all that they contained is to be released. */
  readonly of?: readonly string[];
  /** Those that have options of their own. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Others, by their names. */
  readonly others: Readonly<Record<string, string>>;
  /** ARN or name of the role; by default the one that the deployment made. */
  readonly role?: string;
  readonly dryRun: boolean;
  /** By default 5. */
  readonly maxConcurrency?: string;
  /**
   * By default one failure keeps no other instance from being contained. In other accounts the default is 0: what
   * failed there is not seen from here unless the account's whole run fails.
   */
  readonly maxErrors?: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly executionRole?: string;
  /** Name of the role by which runs in other accounts are read. */
  readonly assumeRole?: string;
  /** By default 5. */
  readonly locationConcurrency?: string;
  /** By default 100%. */
  readonly locationErrors?: string;
  readonly follow: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly yes: boolean;
  readonly output: Output;
}

/**
 * `npm run execute`: starts the runbook and follows it. Calls Systems Manager alone, but for STS (whose account it
 * is, and the role by which others are read), Organizations (the accounts of a unit) and EC2 (whether what is to be
 * released was contained again since).
 *
 * @returns exit status: 0 for success, or where it was left running; 1 for anything else
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
 */
export async function execute(given: ExecuteOptions): Promise<number> {
  const config = loadConfig(given.context);
  const asked = formOf(definitionOf(given.document ?? config.documentName, config));
  const options = { ...given, parameters: allParameters(given.parameters, given.others, asked) };
  const [region] = regionsOf(
    options.region === undefined ? { regions: [] } : { regions: [options.region] },
  );
  if (options.regions.length > 0) regionsOf({ regions: options.regions });
  assertMeant(options, asked);
  if (options.of !== undefined) assertRelease(options);
  else if (options.accounts.length === 0) assertHere(options);
  const client = ssm(region);
  const home = homeIn(region, options.assumeRole);
  const say = printer(options.output.json);
  const found = options.of === undefined ? undefined : await releasesOf(home, options.of);
  const elsewhere = found?.releases.some(({ place }) => place.account !== undefined) ?? false;
  const document = options.document ?? (found?.document || config.documentName);
  const over = options.accounts.length > 0 || elsewhere;
  const definition = definitionOf(document, config);
  const form = formOf(definition);
  // Where a version is named, or the bucket comes with each release, Systems Manager itself tells what is missing.
  if (definition !== undefined && options.of === undefined && options.documentVersion === undefined)
    assertTaken(
      printable(document),
      form,
      { ...options.parameters, AutomationAssumeRole: "" },
      options.dryRun,
    );
  // Before anything is asked of AWS: a file may be wrong.
  const selection = selectionOf(options, found);
  const own = roleNameOf(definition, config);
  const role = await roleArn(client, config, document, { ...options, over, own }, region);
  const about = { region, document, form, selection, over, role };
  const request = await requestOf(options, config, about);
  const run = plan(request);
  const apart = options.follow ? undefined : unfollowed(run, request);
  const { Action: action } = request.parameters;
  say(heading({ document, place: { account: roleIn(role)?.accountId, region }, action }, options));
  for (const wave of run.waves) for (const { label } of wave) say(`  ${printable(label)}`);
  for (const note of found?.notes ?? []) say(`${pc.yellow("!")} ${printable(note)}`);
  for (const { what, why } of found?.left ?? [])
    say(`${pc.red("✖")} ${printable(what)} is left out: ${printable(why)}`);
  if (apart !== undefined) say(`${pc.yellow("!")} ${apart}`);
  if (run.waves.length === 0)
    throw new Problem(
      `Nothing that ${options.of?.join(", ")} contained can be released from here.`,
      "Each line above says what to do about an instance.",
    );
  if (!options.dryRun && !(await typedAgain(run.proof.what, run.proof.text, options.yes))) {
    console.error(`That is not ${run.proof.text}. Nothing was started.`);
    return 1;
  }
  const { follow, interval, output, dryRun, of } = options;
  const status = await startWaves({ client, home, say }, run, {
    ...{ form, follow, interval, output, dryRun },
    ...(of === undefined ? {} : { of }),
  });
  return (found?.left.length ?? 0) > 0 ? 1 : status;
}

/** What is asked of Systems Manager, as far as the options and settings say it. */
async function requestOf(
  options: ExecuteOptions,
  config: Config,
  about: {
    readonly region: string;
    readonly document: string;
    readonly form: Form;
    readonly selection: Selection;
    /** Whether it runs in other accounts. */
    readonly over: boolean;
    /** ARN of the role of the runbook. */
    readonly role: string;
  },
): Promise<RunOptions> {
  const { region, document, form, selection, over, role } = about;
  const { Action } = form.parameters;
  return {
    document,
    ...(options.documentVersion === undefined ? {} : { documentVersion: options.documentVersion }),
    form,
    selection,
    parameters: {
      // Said in the run's own parameters, too, what it is for.
      ...(Action === undefined ? {} : { Action: String(Action.default) }),
      ...options.parameters,
      AutomationAssumeRole: role,
    },
    dryRun: options.dryRun,
    // Two releases at once of members of one Auto Scaling group may each count the other's MinSize as the owner's.
    maxConcurrency: options.maxConcurrency ?? (options.of === undefined ? "5" : "1"),
    maxErrors: options.maxErrors ?? (options.accounts.length > 0 ? "0" : "100%"),
    ...(over
      ? {
          locations: {
            accounts: await accountIds(options, region),
            regions: options.regions,
            executionRole: options.executionRole ?? executionRoleOf(config),
            maxConcurrency: options.locationConcurrency ?? "5",
            maxErrors: options.locationErrors ?? "100%",
          },
        }
      : {}),
  };
}

/** Which instances the run is about. */
function selectionOf(options: ExecuteOptions, found: Releases | undefined): Selection {
  const { file, ...selection } = options.selection;
  if (options.of !== undefined && found !== undefined)
    return { ...selection, releases: { of: options.of.join(","), each: found.releases } };
  if (file === undefined) return selection;
  const ids = idsIn(readIdFile(file, "instance"));
  const wrong = ids.find(({ id }) => !INSTANCE.test(id));
  if (wrong !== undefined)
    throw new Problem(
      `Line ${wrong.line} of ${file} (--file) has ${wrong.id.slice(0, 40)}, which is not an instance id.`,
      "Write one instance id a line, i- and 17 (or 8) hexadecimal digits; # begins a comment.",
    );
  return { ...selection, instances: ids.map(({ id }) => id) };
}

/** Options of Contain, which a Release has no use for. */
const OF_CONTAIN = [
  "BackupS3BucketAccess",
  "CreateAMIBackup",
  "KmsKey",
  "IngressInput",
  "EgressInput",
];

/**
 * What an option says must have an effect: none is dropped in silence.
 *
 * @throws Problem for a Release without a key or with what belongs to Contain, a key for no image, and rates for one
 */
function assertMeant(
  { parameters, selection, of, ...options }: ExecuteOptions,
  { parameters: taken }: Form,
): void {
  const action = parameters.Action ?? "";
  const releases = action === "Release" || action === "Restore";
  const ofContain = OF_CONTAIN.find((name) => parameters[name] !== undefined && name in taken);
  if (releases && ofContain !== undefined)
    throw new Problem(
      `${called(ofContain)} belongs to Contain, and the action is ${action}.`,
      "Leave it out: a release gives back what the backup has.",
    );
  if (
    releases &&
    of === undefined &&
    "S3PrefixName" in taken &&
    parameters.S3PrefixName === undefined
  )
    throw new Problem(
      `${action} needs the key of the backup, and no --prefix was given.`,
      "Give --prefix with the key that the report of Contain names; npm run contained lists the keys, and --of EXECUTION_ID releases all that a run contained.",
    );
  if (
    parameters.KmsKey !== undefined &&
    parameters.CreateAMIBackup === undefined &&
    "KmsKey" in taken
  )
    throw new Problem(
      "--kms-key encrypts the copy of an image, and no image was asked for.",
      "Give --ami too, or leave --kms-key out.",
    );
  const rates = [
    ["--max-concurrency", options.maxConcurrency],
    ["--max-errors", options.maxErrors],
  ].find(([, value]) => value !== undefined);
  if (selection.instance !== undefined && rates !== undefined)
    throw new Problem(
      `${rates[0]} is for runs over several instances, and --instance names one.`,
      "Leave it out, or name several instances by --tag, --resource-group or --file.",
    );
}

/** @throws Problem for what a run contained to be contained again, which nobody can mean */
function assertRelease({ parameters }: ExecuteOptions): void {
  if ((parameters.Action ?? "Contain") === "Contain")
    throw new Problem(
      "--of names a run of which all is to be released, and the action is Contain.",
      "Give --action Release with it.",
    );
}

/**
 * A run without --accounts is in this account and one Region: what belongs to others must not be dropped in silence.
 *
 * @throws Problem for such an option
 */
function assertHere({ regions, parameters, ...options }: ExecuteOptions): void {
  const given = [
    ["--regions", regions.length > 0 || undefined],
    ["--execution-role", options.executionRole],
    ["--assume-role", options.assumeRole],
    ["--location-concurrency", options.locationConcurrency],
    ["--location-errors", options.locationErrors],
  ].find(([, value]) => value !== undefined);
  if (given !== undefined)
    throw new Problem(
      `${given[0]} is for runs in other accounts, and no --accounts were given.`,
      "Give --accounts too, or for a run in this account --region with its Region.",
    );
  if (/\{(account|region)\}/.test(parameters.S3BucketName ?? ""))
    throw new Problem(
      `The bucket ${parameters.S3BucketName} has {account} or {region} in its name, which is filled in for runs in other accounts only.`,
      "Give --accounts too, or the name of the bucket as it is.",
    );
}

/** The accounts of a run: units are resolved where the bucket's name has the account in it. */
async function accountIds(options: ExecuteOptions, region: string): Promise<readonly string[]> {
  const { accounts, parameters } = options;
  if (!parameters.S3BucketName?.includes("{account}")) return accounts;
  return activeAccounts(organizations(region), accounts);
}

/**
 * The role's ARN: as given, or made of its name and the account. A script of a runbook calls AWS only with a role,
 * so there must be one.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
 */
async function roleArn(
  client: SSMClient,
  config: Config,
  document: string,
  options: Pick<ExecuteOptions, "role"> & {
    /** Whether it runs in other accounts. */
    readonly over: boolean;
    /** The name of the role that the deployment made for the document. */
    readonly own: string;
  },
  region: string,
): Promise<string> {
  if (options.role?.startsWith("arn:")) return options.role;
  const own = options.over ? config.administrationRoleName : options.own;
  const name = options.role ?? `${config.rolePath.slice(1)}${own}`;
  // A shared document is another account's; the run is in this one.
  const account = document.startsWith("arn:")
    ? await callerAccount(region)
    : (await describe(client, document))?.owner;
  if (account === undefined || !accountIdPattern.test(account))
    throw new Problem(
      `There is no document ${document} in ${region}.`,
      `Check the Region (--region) and the name (--document). In a member account, give the ARN of the document that the central account shares: --document arn:${partitionOf(region)}:ssm:${region}:OWNER:document/${document}.`,
    );
  return `arn:${partitionOf(region)}:iam::${account}:role/${name}`;
}
