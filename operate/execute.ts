import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type SSMClient, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { accountIdPattern, partitionOf } from "automation-language/arn";
import pc from "picocolors";
import { accountsBelow } from "../common/accounts.ts";
import { typedAgain } from "../common/ask.ts";
import { organizations, ssm } from "../common/clients.ts";
import { type Config, loadConfig, regionsOf } from "../common/config.ts";
import { callerAccount } from "../common/preflight.ts";
import { Problem } from "../common/problem.ts";
import { describe } from "../common/published.ts";
import { follow, isFinal, isGood, snapshot, wentWell } from "./follow.ts";
import { interruptions } from "./interrupt.ts";
import { plan, type Request, type RunOptions, type Selection } from "./request.ts";
import { line, result } from "./show.ts";

export interface ExecuteOptions {
  readonly context: readonly string[];
  readonly region?: string;
  readonly document?: string;
  readonly documentVersion?: string;
  readonly selection: Omit<Selection, "instances"> & { readonly file?: string };
  readonly parameters: Readonly<Record<string, string>>;
  /** ARN or name of the role; by default the one that the deployment made. */
  readonly role?: string;
  readonly dryRun: boolean;
  readonly maxConcurrency: string;
  /**
   * By default one failure keeps no other instance from being contained. In other accounts the default is 0: what
   * failed there is not seen from here unless the account's whole run fails.
   */
  readonly maxErrors?: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly executionRole?: string;
  readonly locationConcurrency: string;
  readonly locationErrors: string;
  readonly follow: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly yes: boolean;
}

/**
 * `npm run execute`: starts the runbook and follows it. Calls Systems Manager alone (and STS for whose account it is
 * where another account shares the document, and Organizations for the accounts of a unit), so that it works the same on AWS, on the emulator and on whatever
 * `AWS_ENDPOINT_URL` points at.
 *
 * @returns exit status: 0 for success, or where it was left running; 1 for anything else
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
 */
export async function execute(options: ExecuteOptions): Promise<number> {
  const config = loadConfig(options.context);
  const [region] = regionsOf(
    options.region === undefined ? { regions: [] } : { regions: [options.region] },
  );
  if (options.regions.length > 0) regionsOf({ regions: options.regions });
  if (options.accounts.length === 0) assertHere(options);
  const client = ssm(region);
  const document = options.document ?? config.documentName;
  const { file, ...selection } = options.selection;
  const parameters: Readonly<Record<string, string>> = {
    ...options.parameters,
    AutomationAssumeRole: await roleArn(client, config, document, options, region),
  };
  const request: RunOptions = {
    document,
    ...(options.documentVersion === undefined ? {} : { documentVersion: options.documentVersion }),
    selection: { ...selection, ...(file === undefined ? {} : { instances: instancesOf(file) }) },
    parameters,
    dryRun: options.dryRun,
    maxConcurrency: options.maxConcurrency,
    maxErrors: options.maxErrors ?? (options.accounts.length > 0 ? "0" : "100%"),
    ...(options.accounts.length === 0
      ? {}
      : {
          locations: {
            accounts: await accountIds(options, region),
            regions: options.regions,
            executionRole: options.executionRole ?? config.executionRoleName,
            maxConcurrency: options.locationConcurrency,
            maxErrors: options.locationErrors,
          },
        }),
  };
  const run = plan(request);
  const mode = options.dryRun ? pc.green("dry run, nothing is changed") : pc.red("LIVE");
  console.log(`${pc.bold(document)} in ${region}: ${parameters.Action ?? "Contain"}, ${mode}`);
  for (const wave of run.waves) for (const { label } of wave) console.log(`  ${label}`);
  if (!options.dryRun && !(await typedAgain(run.proof.what, run.proof.text, options.yes))) {
    console.error(`That is not ${run.proof.text}. Nothing was started.`);
    return 1;
  }
  let status = 0;
  let failed = 0;
  for (const [at, wave] of run.waves.entries()) {
    const started: { readonly id: string; readonly request: Request }[] = [];
    for (const entry of wave) {
      const { AutomationExecutionId: id } = await client.send(
        // The token keeps a retry, after an answer that was lost, from starting a second run on the same instance.
        new StartAutomationExecutionCommand({ ...entry.input, ClientToken: randomUUID() }),
      );
      if (id === undefined) throw new Error("Systems Manager started an execution without an id.");
      console.log(`Started ${id}  ${pc.dim(entry.label)}`);
      started.push({ id, request: entry });
    }
    if (!options.follow) {
      console.log(
        resume(
          started.map(({ id }) => id),
          region,
        ),
      );
      continue;
    }
    const ended = await followAll(
      client,
      region,
      started.map(({ id, request: { label } }) => ({ id, label })),
      options.interval,
    );
    status = Math.max(status, ended.status);
    failed += ended.failed;
    if (!ended.left && failed <= run.mayFail) continue;
    for (const { label } of run.waves.slice(at + 1).flat()) console.log(`Not begun: ${label}`);
    break;
  }
  return status;
}

/**
 * A run without --accounts is in this account and one Region: what belongs to others must not be dropped in silence.
 *
 * @throws Problem for such an option
 */
function assertHere({ regions, executionRole, parameters }: ExecuteOptions): void {
  if (regions.length > 0 || executionRole !== undefined)
    throw new Problem(
      `${regions.length > 0 ? "--regions" : "--execution-role"} is for runs in other accounts, and no --accounts were given.`,
      "Give --accounts too, or for a run in this account --region with its Region.",
    );
  if (/\{(account|region)\}/.test(parameters.S3BucketName ?? ""))
    throw new Problem(
      `The bucket ${parameters.S3BucketName} has {account} or {region} in its name, which is filled in for runs in other accounts only.`,
      "Give --accounts too, or the name of the bucket as it is.",
    );
}

interface Followed {
  /** Exit status: 1 where anything failed. */
  readonly status: number;
  /** The person left something running. */
  readonly left: boolean;
  /** How many executions failed. */
  readonly failed: number;
}

/** What one look at an execution takes of the quota. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const LOOK_SECONDS = 0.4;

/** Follows executions together, to the end of all or until the person leaves them. */
export async function followAll(
  client: SSMClient,
  region: string,
  executions: readonly { readonly id: string; readonly label: string }[],
  interval: number,
): Promise<Followed> {
  const interrupts = interruptions();
  const shared = broadcast(interrupts.next);
  try {
    const states = await Promise.all(
      executions.map(({ id, label }) =>
        follow({
          client,
          id,
          // Systems Manager answers three such calls a second in all.
          interval: Math.max(interval, executions.length * LOOK_SECONDS),
          onChange: (progress) =>
            console.log(
              executions.length > 1 ? `${pc.dim(label)} ${line(progress)}` : line(progress),
            ),
          interruption: shared,
        }),
      ),
    );
    for (const state of states) if (isFinal(state.status)) console.log(result(state));
    const left = states.filter((state) => !isFinal(state.status));
    if (left.length > 0)
      console.log(
        resume(
          left.map(({ id }) => id),
          region,
        ),
      );
    const ended = states.filter((state) => isFinal(state.status));
    return {
      status: ended.every(wentWell) ? 0 : 1,
      left: left.length > 0,
      failed: ended.filter(({ status }) => !isGood(status)).length,
    };
  } finally {
    interrupts.end();
  }
}

/** Lets several followers wait for the same Ctrl-C. */
function broadcast<T>(next: () => Promise<T>): () => Promise<T> {
  let waiting: Promise<T> | undefined;
  return () => {
    waiting ??= next().finally(() => {
      waiting = undefined;
    });
    return waiting;
  };
}

/** `npm run status`: picks an execution up again. */
export async function status(
  id: string,
  region: string | undefined,
  wait: boolean,
  interval: number,
): Promise<number> {
  const [where] = regionsOf({ regions: region === undefined ? [] : [region] });
  const client = ssm(where);
  if (wait) return (await followAll(client, where, [{ id, label: id }], interval)).status;
  const state = await snapshot(client, id);
  for (const progress of [...state.steps, ...state.children]) console.log(line(progress));
  console.log(result(state));
  return isFinal(state.status) && !wentWell(state) ? 1 : 0;
}

const resume = (ids: readonly string[], region: string): string =>
  `Left running. Pick it up again with:\n${ids.map((id) => `  npm run status -- ${id} --region ${region}`).join("\n")}`;

/** The instance ids of a file: one or more a line, separated by blanks or commas; `#` begins a comment. */
export function instancesOf(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Problem(
      `The file ${path} can't be read.`,
      "Give the path of a text file with one instance id a line.",
      { cause },
    );
  }
  return text
    .split(/\r?\n/)
    .flatMap((row) => row.replace(/#.*/, "").split(/[\s,]+/))
    .filter((word) => word !== "");
}

/** The accounts of a run: units are resolved where the bucket's name has the account in it. */
async function accountIds(options: ExecuteOptions, region: string): Promise<readonly string[]> {
  const { accounts, parameters } = options;
  const units = accounts.filter((account) => account.startsWith("ou-"));
  if (units.length === 0 || !parameters.S3BucketName?.includes("{account}")) return accounts;
  const members = await accountsBelow(organizations(region), units);
  const active = members.filter(({ state }) => state === "ACTIVE").map(({ id }) => id);
  if (active.length === 0)
    throw new Problem(
      `There is no active account in ${units.join(", ")}.`,
      "Check the units: aws organizations list-accounts-for-parent --parent-id ou-….",
    );
  return [...new Set([...accounts.filter((account) => !units.includes(account)), ...active])];
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
  options: ExecuteOptions,
  region: string,
): Promise<string> {
  if (options.role?.startsWith("arn:")) return options.role;
  const name =
    options.role ??
    (options.accounts.length > 0 ? config.administrationRoleName : config.automationRoleName);
  // A shared document is another account's; the run is in this one.
  const account = document.startsWith("arn:")
    ? await callerAccount(region)
    : (await describe(client, document))?.owner;
  if (account === undefined || !accountIdPattern.test(account))
    throw new Problem(
      `There is no document ${document} in ${region}.`,
      "Check the Region (--region) and the name (--document); a document that another account shares is named by its ARN, arn:aws:ssm:REGION:OWNER:document/NAME.",
    );
  return `arn:${partitionOf(region)}:iam::${account}:role/${name}`;
}
