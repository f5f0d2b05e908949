import type { StartAutomationExecutionCommandInput, Target } from "@aws-sdk/client-ssm";
import { chunks } from "../common/chunks.ts";
import { isAccountOrUnit } from "../common/config.ts";
import { type Form, formOf } from "../common/documents.ts";
import { Problem } from "../common/problem.ts";
import type { Release } from "./releaseOf.ts";

/** The most values that a target takes. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html */
const VALUES = 50;

/** Which instances a run is about: exactly one of these. */
export interface Selection {
  readonly instance?: string;
  /** Instances with this tag, `KEY=VALUE`. */
  readonly tag?: string;
  /** Name of a resource group. */
  readonly group?: string;
  /** Instance ids out of a file. */
  readonly instances?: readonly string[];
  /** What a run contained, to be released. */
  readonly releases?: { readonly of: string; readonly each: readonly Release[] };
}

/** Where it runs when not in this account and Region alone. */
export interface Locations {
  /** Account ids, or ids of organizational units; for a bucket by account, account ids alone. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly executionRole: string;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
}

export interface RunOptions {
  readonly document: string;
  readonly documentVersion?: string;
  /** What the document takes; by default what the one that contains does. */
  readonly form?: Form;
  readonly selection: Selection;
  /** The document's parameters besides the one that names the instance, each as text; S3BucketName may hold `{account}` and `{region}`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  readonly locations?: Locations;
}

/** One execution to start. */
export interface Request {
  /** What it is about, for the reader: an instance, a tag, an account and Region. */
  readonly label: string;
  readonly input: StartAutomationExecutionCommandInput;
}

/** What is to be run: waves one after the other, the requests of a wave together. */
export interface Run {
  readonly waves: readonly (readonly Request[])[];
  /** How many executions may fail before no further wave is begun. */
  readonly mayFail: number;
  /** What a person has to type again before a live run. */
  readonly proof: { readonly what: string; readonly text: string };
}

/** The option of npm run execute that gives a parameter of the document. */
const OPTIONS = {
  InstanceId: "--instance",
  Action: "--action",
  DryRun: "--dry-run",
  CreateAMIBackup: "--ami",
  KmsKey: "--kms-key",
  IngressInput: "--ingress",
  EgressInput: "--egress",
  TagIdentifier: "--tag-identifier",
  S3BucketName: "--bucket",
  BackupS3BucketAccess: "--bucket-access",
  S3PrefixName: "--prefix",
  AutomationAssumeRole: "--role",
} as const;

/** The options behind the parameters that a message names, such as `--ingress (IngressInput)`. */
export const optionsIn = (message: string, form: Form = formOf()): readonly string[] =>
  [...new Set([...Object.keys(OPTIONS), ...Object.keys(form.parameters)])]
    .filter((parameter) => new RegExp(`\\b${parameter}\\b`).test(message))
    .map((parameter) =>
      parameter === form.target
        ? `--instance (${parameter})`
        : parameter in OPTIONS
          ? `${OPTIONS[parameter as keyof typeof OPTIONS]} (${parameter})`
          : `--parameter ${parameter}=…`,
    );

const form = (options: RunOptions): Form => options.form ?? formOf();

/**
 * What is given must be what the document takes, and nothing that it needs may be missing.
 *
 * @param document its name, for the message
 * @param given the parameters, besides the one that names the instance
 * @throws Problem that names the options to leave out, or to give
 */
export function assertTaken(
  document: string,
  taken: Form,
  given: Readonly<Record<string, string>>,
  dryRun: boolean,
): void {
  const { parameters, target } = taken;
  const names = Object.keys(parameters);
  const beyond = Object.keys(given).filter((name) => !(name in parameters));
  if (beyond.length > 0)
    throw new Problem(
      `${document} has no parameter ${beyond.join(", ")}.`,
      `Leave out ${beyond.map(called).join(", ")}. It takes ${names.join(", ")}.`,
    );
  const missing = names.filter(
    (name) => name !== target && parameters[name]?.default === undefined && !(name in given),
  );
  if (missing.length > 0)
    throw new Problem(
      `${document} needs ${missing.join(", ")}.`,
      `Give ${missing.flatMap((name) => optionsIn(name, taken)).join(" and ")}.`,
    );
  for (const [name, value] of Object.entries(given)) {
    const allowed = parameters[name]?.allowedValues?.map(String);
    if (allowed !== undefined && !allowed.includes(value))
      throw new Problem(
        `${document} takes ${allowed.join(", ")} for ${name}, not ${value}.`,
        `Correct ${optionsIn(name, taken).join()}.`,
      );
  }
  if (dryRun && !("DryRun" in parameters))
    throw new Problem(
      `${document} has no dry run.`,
      "docs/reference.md tells what it does. Give --no-dry-run to start it.",
    );
}

/**
 * All parameters: those of options of their own, and others by their names.
 *
 * @throws Problem for another one that an option decides, which would be dropped in silence or drop the option
 */
export function allParameters(
  own: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
  { target }: Form,
): Readonly<Record<string, string>> {
  const decided = [target, "DryRun", "AutomationAssumeRole", ...Object.keys(own)];
  const wrong = Object.keys(others).find((name) => decided.includes(name));
  if (wrong === undefined) return { ...own, ...others };
  const option =
    wrong === target ? "--instance" : wrong === "DryRun" ? "--dry-run or --no-dry-run" : undefined;
  throw new Problem(
    `--parameter ${wrong} is given, which an option of its own decides.`,
    `Leave it out, and give ${option ?? called(wrong)}.`,
  );
}

/** A parameter as the person who gave it knows it. */
export const called = (parameter: string): string =>
  optionsIn(parameter)[0] ?? `--parameter ${parameter}=…`;

export const INSTANCE = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
/** How many at the same time. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export const RATE = /^([1-9]\d{0,6}|[1-9]\d?%|100%)$/;
/** After how many failures no further one is begun. */
export const ERRORS = /^(\d{1,7}|\d{1,2}%|100%)$/;

/**
 * Turns what a person asked for into StartAutomationExecution requests.
 *
 * A tag or resource group is resolved by Systems Manager. A file's instances go in as values, 50 at most in one
 * execution, and the executions follow each other so that the rate control holds for all of them. Over accounts
 * and Regions one execution serves all; where the bucket's name differs by account or Region, one for each.
 *
 * @throws Problem for no selection or two, an id that is not an id, or rates that AWS would refuse
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
export function plan(options: RunOptions): Run {
  const { selection, locations } = options;
  const kinds = (["instance", "tag", "group", "instances", "releases"] as const).filter(
    (kind) => selection[kind] !== undefined,
  );
  if (kinds.length !== 1)
    throw new Problem(
      kinds.length === 0
        ? "No instance was named."
        : "More than one way to name instances was given.",
      "Give one of --instance i-…, --tag KEY=VALUE, --resource-group NAME, --file PATH or, with --action Release, --of EXECUTION_ID.",
    );
  for (const { maxConcurrency, maxErrors } of [options, ...(locations ? [locations] : [])])
    if (!RATE.test(maxConcurrency) || !ERRORS.test(maxErrors))
      throw new Problem(
        `The rate ${maxConcurrency} at once, ${maxErrors} errors is none that AWS takes.`,
        "--max-concurrency and --location-concurrency are a number from 1 or a percentage such as 10%; --max-errors and --location-errors a number from 0 or a percentage.",
      );
  if (selection.releases !== undefined) return overReleases(options, selection.releases);
  if (locations !== undefined) return overLocations(options, locations);
  const targeted = targets(selection, form(options));
  return {
    proof: proof(selection),
    // Each part holds its own instances to MaxErrors.
    mayFail: 0,
    waves: targeted.map(({ label, of }) => [
      { label, input: { ...base(options), ...of, ...rate(options, of) } },
    ]),
  };
}

/**
 * A release of each instance with its own key: one execution each, as many at once as may be. Target maps, which would
 * take a parameter of its own for each target, hold values of 50 characters, and a key has over 100.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html (TargetMaps)
 */
function overReleases(options: RunOptions, { of, each }: NonNullable<Selection["releases"]>): Run {
  const { locations } = options;
  const requests = each.map(({ instance: id, place, bucket, key }): Request => {
    const { account, region } = place;
    const { releases: _, ...selection } = options.selection;
    const one = {
      ...options,
      selection: { ...selection, instance: instance(id) },
      parameters: { ...options.parameters, S3BucketName: bucket, S3PrefixName: key },
    };
    if (account === undefined) return { label: id, input: base(one) };
    if (locations === undefined) throw new Error(`No role is named for ${account}.`);
    return {
      label: `${id} in ${account} / ${region}`,
      input: { ...base(one), TargetLocations: location([account], [region], locations) },
    };
  });
  return {
    proof: { what: "the id of the execution whose instances are released", text: of },
    mayFail: amount(options.maxErrors, requests.length),
    waves: chunks(requests, Math.max(1, amount(options.maxConcurrency, requests.length))),
  };
}

/**
 * One wave waits for another only while they are followed.
 *
 * @returns what to say of waves that nothing holds apart; undefined where nothing is to be said
 * @throws Problem for releases, of which two at once may give each other's Auto Scaling group wrong sizes
 */
export function unfollowed(
  { waves }: Run,
  { selection, dryRun, maxConcurrency }: RunOptions,
): string | undefined {
  if (waves.length < 2) return undefined;
  const all = waves.flat().length;
  if (selection.releases === undefined || dryRun)
    return `--no-follow: all ${all} executions are started at once, and go on whichever of them fails.`;
  throw new Problem(
    `--no-follow would start all ${all} releases at once, and ${maxConcurrency} at a time may run (--max-concurrency).`,
    "Leave --no-follow out: each is begun when those before it have ended. Or give --max-concurrency 100% with it, where no two are members of one Auto Scaling group.",
  );
}

/** Where an execution runs in other accounts and Regions. */
const location = (
  accounts: readonly string[],
  regions: readonly string[],
  { executionRole, maxConcurrency, maxErrors }: Locations,
): StartAutomationExecutionCommandInput["TargetLocations"] => [
  {
    Accounts: [...accounts],
    Regions: [...regions],
    ExecutionRoleName: executionRole,
    TargetLocationMaxConcurrency: maxConcurrency,
    TargetLocationMaxErrors: maxErrors,
    ...(accounts.some((account) => account.startsWith("ou-"))
      ? { IncludeChildOrganizationUnits: true }
      : {}),
  },
];

function overLocations(options: RunOptions, locations: Locations): Run {
  const { selection } = options;
  const { accounts, regions } = locations;
  if (regions.length === 0)
    throw new Problem(
      "No Regions were named for the accounts.",
      "Give them with --regions us-east-1,eu-west-1.",
    );
  for (const account of accounts)
    if (!isAccountOrUnit(account))
      throw new Problem(
        `${account} is neither an account id nor an organizational unit.`,
        "Give 12 digits or ou-….",
      );
  if (
    (selection.instance ?? selection.instances) !== undefined &&
    accounts.length * regions.length !== 1
  )
    throw new Problem(
      "An instance is in one account and Region, several were given.",
      "Give the one account and Region that it is in, or name instances by --tag or --resource-group.",
    );
  const bucket = options.parameters.S3BucketName ?? "";
  const places: readonly (readonly [readonly string[], readonly string[]])[] =
    /\{(account|region)\}/.test(bucket)
      ? accounts.flatMap((account) => regions.map((region) => [[account], [region]] as const))
      : [[accounts, regions]];
  const several = accounts.length > 1 || accounts.some((account) => account.startsWith("ou-"));
  if (bucket !== "" && several && !bucket.includes("{account}"))
    throw new Problem(
      `The bucket ${bucket} is one account's, and the run is in several.`,
      "Put {account} into its name, such as --bucket evidence-{account}-{region}: Contain makes a bucket that is missing.",
    );
  const requests = targets(selection, form(options)).flatMap(({ label, of }) =>
    places.map(
      ([some, where]): Request => ({
        label: `${label} in ${some.join(", ")} / ${where.join(", ")}`,
        input: {
          ...base({
            ...options,
            parameters: {
              ...options.parameters,
              ...(bucket === ""
                ? {}
                : { S3BucketName: fill(bucket, some[0] ?? "", where[0] ?? "") }),
            },
          }),
          ...of,
          ...rate(options, of),
          TargetLocations: location(some, where, locations),
        },
      }),
    ),
  );
  return {
    proof: proof(selection),
    // Where each place has an execution of its own, AWS can't hold them to the locations' rate: the waves do.
    mayFail: amount(locations.maxErrors, requests.length),
    waves: chunks(requests, Math.max(1, amount(locations.maxConcurrency, requests.length))),
  };
}

/** A number, or a percentage of a total. */
const amount = (text: string, total: number): number =>
  text.endsWith("%") ? Math.floor((total * Number.parseInt(text, 10)) / 100) : Number(text);

const fill = (bucket: string, account: string, region: string): string =>
  bucket.replaceAll("{account}", account).replaceAll("{region}", region);

type Targeted = Pick<
  StartAutomationExecutionCommandInput,
  "Targets" | "TargetParameterName" | "Parameters"
>;

function targets(
  selection: Selection,
  { target: name }: Form,
): readonly { readonly label: string; readonly of: Targeted }[] {
  const by = (label: string, target: Target): { label: string; of: Targeted } => ({
    label,
    of: { Targets: [target], TargetParameterName: name },
  });
  if (selection.instance !== undefined) return [{ label: instance(selection.instance), of: {} }];
  if (selection.tag !== undefined) {
    const at = selection.tag.indexOf("=");
    if (at < 1) throw new Problem(`${selection.tag} is not a tag.`, "Write it as --tag KEY=VALUE.");
    const [key, value] = [selection.tag.slice(0, at), selection.tag.slice(at + 1)];
    return [by(`tag ${selection.tag}`, { Key: `tag:${key}`, Values: [value] })];
  }
  if (selection.group !== undefined)
    return [
      by(`resource group ${selection.group}`, { Key: "ResourceGroup", Values: [selection.group] }),
    ];
  const ids = [...new Set((selection.instances ?? []).map(instance))];
  if (ids.length === 0)
    throw new Problem("The file names no instance.", "Write one instance id (i-…) a line.");
  const parts = chunks(ids, VALUES);
  return parts.map((some, at) =>
    by(
      `${some.length} instances${parts.length > 1 ? ` (part ${at + 1} of ${parts.length})` : ""}`,
      {
        Key: "ParameterValues",
        Values: [...some],
      },
    ),
  );
}

function instance(id: string): string {
  if (INSTANCE.test(id)) return id;
  throw new Problem(
    `${id} is not an instance id.`,
    "An instance id is i- and 17 (or 8) hexadecimal digits.",
  );
}

function proof(selection: Selection): Run["proof"] {
  if (selection.instance !== undefined)
    return { what: "the instance id", text: selection.instance };
  if (selection.tag !== undefined) return { what: "the tag", text: selection.tag };
  if (selection.group !== undefined)
    return { what: "the name of the resource group", text: selection.group };
  return { what: "the number of instances", text: String(new Set(selection.instances).size) };
}

function base(options: RunOptions): StartAutomationExecutionCommandInput {
  const { selection } = options;
  const { target, parameters: taken } = form(options);
  const parameters = {
    ...options.parameters,
    ...("DryRun" in taken ? { DryRun: String(options.dryRun) } : {}),
    ...(selection.instance === undefined ? {} : { [target]: selection.instance }),
  };
  return {
    DocumentName: options.document,
    ...(options.documentVersion === undefined ? {} : { DocumentVersion: options.documentVersion }),
    Parameters: Object.fromEntries(
      Object.entries(parameters)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => [name, values(name, taken[name]?.type, value)]),
    ),
  };
}

/** Most characters of one value of a parameter. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
const VALUE_LENGTH = 512;

/** A parameter's values, as many and as long as Systems Manager takes them. */
function values(name: string, type: string | undefined, value: string): string[] {
  const all = entriesOf(name, type, value);
  if (all.length > VALUES)
    throw new Problem(
      `${called(name)} has ${all.length} ${type === "MapList" ? "rules" : "values"}; Systems Manager takes ${VALUES} values of a parameter.`,
      "Join ranges of addresses or ports into fewer rules.",
    );
  const long = all.find((each) => each.length > VALUE_LENGTH);
  if (long !== undefined)
    throw new Problem(
      `A value of ${called(name)} has ${long.length} characters; Systems Manager takes ${VALUE_LENGTH}: ${long.slice(0, 80)}…`,
      "Give a shorter one.",
    );
  return all;
}

/** A MapList's value is a list of maps, each as JSON text, and a StringList's has commas; every other value stands alone. @see https://docs.aws.amazon.com/cli/latest/reference/ssm/start-automation-execution.html */
function entriesOf(name: string, type: string | undefined, value: string): string[] {
  if (type === "StringList") return value.split(",");
  if (type !== "MapList") return [value];
  let entries: unknown;
  try {
    entries = JSON.parse(value);
  } catch {
    entries = undefined;
  }
  if (
    !Array.isArray(entries) ||
    !entries.every((entry) => typeof entry === "object" && entry !== null)
  )
    throw new Problem(
      `${called(name)} is not a JSON list of maps: ${value}`,
      `Write it as '[{"Cidr": "192.0.2.10/32", "IpProtocol": "tcp", "FromPort": "22", "ToPort": "22"}]'.`,
    );
  return entries.map((entry) => JSON.stringify(entry));
}

const rate = (
  options: RunOptions,
  of: Targeted,
): Pick<StartAutomationExecutionCommandInput, "MaxConcurrency" | "MaxErrors"> =>
  of.Targets === undefined
    ? {}
    : { MaxConcurrency: options.maxConcurrency, MaxErrors: options.maxErrors };
