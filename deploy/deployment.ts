import { Listr } from "listr2";
import { agree, interactive } from "../common/ask.ts";
import { ssm } from "../common/clients.ts";
import pc from "../common/colours.ts";
import { type Config, loadConfig, regionsOf } from "../common/config.ts";
import { loadDocument, loadOther, type VersionedDocument } from "../common/document.ts";
import { openRegions } from "../common/openRegions.ts";
import {
  assertBootstrapped,
  assertNameIsOurs,
  assertRolloutPossible,
  assertTemplateBucket,
  callerAccount,
  leftUnmanaged,
} from "../common/preflight.ts";
import { printable } from "../common/printable.ts";
import { printer } from "../common/printer.ts";
import { Problem } from "../common/problem.ts";
import { describe, type Published, publish } from "../common/published.ts";
import { table } from "../common/table.ts";
import { protectEvidence } from "../document/protect/runbook.ts";
import { respondToFinding } from "../document/respond/runbook.ts";
import { cdk } from "./cdk.ts";
import { changeIn } from "./change.ts";
import { assertPoliciesFit } from "./policies.ts";
import { eachRegion, progressOptions } from "./regions.ts";
import { retryOutdated, rolloutState } from "./rollout.ts";
import { report, verify } from "./verify.ts";

export interface DeployOptions {
  /** `KEY=VALUE` settings over those of cdk.json. */
  readonly context: readonly string[];
  /** false: the new version is for trial and the default stays. */
  readonly promote: boolean;
  readonly yes: boolean;
  /** How the Regions stand as JSON on standard output, all else on standard error. */
  readonly json: boolean;
}

/**
 * `npm run deploy`: checks what can be checked before anything starts, shows what changes, deploys with CDK, and
 * proves through SSM that the default version is the one that was meant.
 *
 * For a trial (`promote: false`) the version is published through SSM first, where it does not become the default;
 * CloudFormation then finds that content there and has nothing to move. So no one who starts the runbook meanwhile
 * gets the trial version.
 *
 * @returns exit status: 1 when accounts of a rollout stayed behind
 */
export async function deploy(options: DeployOptions): Promise<number> {
  const config = loadConfig(options.context);
  const say = printer(options.json);
  const wanted = regionsOf(config);
  const regions = await openRegions(wanted, say);
  if (regions[0] !== wanted[0])
    throw new Problem(
      `${wanted[0]}, the first of the Regions, has the roles, and the account has not opted in to it.`,
      "Put a Region first that the account has (-c regions=…), or opt in to this one.",
    );
  const context =
    regions.length < wanted.length
      ? [...options.context, `regions=${regions.join(",")}`]
      : options.context;
  const publication = loadDocument(config.documentFile);
  assertPoliciesFit(config, publication, regions);
  const documents = documentsOf(config, publication);
  const each = eachRegion(regions);

  const account = await callerAccount(regions[0]);
  await checked(checksOf(config, account, regions), options.json);

  say(
    `${pc.bold(config.documentName)} ${publication.versionName} → account ${account}, ${regions.join(", ")}`,
  );
  const [ours = [], ...others] = await Promise.all(
    documents.map(({ name, document }) => each((region) => changeIn(region, name, document))),
  );
  const before = new Map(ours.map((change) => [change.region, change.before]));
  for (const { text } of [ours, ...others].flat()) say(text);
  for (const sentence of await leftUnmanaged(config, regions)) say(pc.yellow(sentence));
  if (!(await agree("Deploy?", options.yes))) return 0;

  const trial = !options.promote;
  if (trial)
    await each(async (region) => {
      if (before.get(region) !== undefined)
        await publish(ssm(region), config.documentName, config.tags, publication);
    });
  const approval = options.yes || !interactive() ? "never" : "broadening";
  await cdk(
    ["deploy", "--all", "--require-approval", approval],
    context,
    regions[0],
    options.json,
  ).catch(async (error: unknown) => {
    // Where even this can't be read, CDK's failure is still what there is to tell.
    await showDefaults(config, regions, before, say).catch(() => undefined);
    throw error;
  });

  const verified = await each((region) => {
    const old = trial ? before.get(region)?.defaultVersion : undefined;
    return verify(ssm(region), region, config.documentName, publication, old);
  });
  const further = documents
    .slice(1)
    .map(({ name, document }) => each((region) => verify(ssm(region), region, name, document)));
  const all = [...verified, ...(await Promise.all(further)).flat()];
  say(report(all));
  if (options.json) console.log(JSON.stringify(all, null, 2));
  for (const { region, version, defaultVersion } of trial ? verified : [])
    if (version !== defaultVersion)
      say(
        `${region}: version ${version} is for trial, with --document-version ${version}. To make it the default: npm run promote -- ${publication.versionName}`,
      );
  if (config.organizationalUnits.length === 0) return 0;
  return showRollout(config, regions[0], say);
}

/** The documents that the settings ask for, each under the name it is published by: the runbook first. */
const documentsOf = (
  config: Config,
  publication: VersionedDocument,
): readonly { readonly name: string; readonly document: VersionedDocument }[] => [
  { name: config.documentName, document: publication },
  ...(config.respondApprovers.length > 0
    ? [{ name: respondToFinding.name, document: loadOther(respondToFinding) }]
    : []),
  ...(config.protect ? [{ name: protectEvidence.name, document: loadOther(protectEvidence) }] : []),
];

/** What is looked at before a deployment: in words, and what throws where it is not so. */
type Check = readonly [what: string, look: () => Promise<unknown>];

function checksOf(
  config: Config,
  account: string,
  regions: readonly [string, ...string[]],
): readonly Check[] {
  const each = eachRegion(regions);
  return [
    config.templateBucket === ""
      ? ["CDK is bootstrapped", () => each((region) => assertBootstrapped(account, region))]
      : [
          "The bucket for templates is there",
          () => each((region) => assertTemplateBucket(config, account, region)),
        ],
    [
      `The name ${config.documentName} is ours`,
      () => each((region) => assertNameIsOurs(config, region)),
    ],
    ...(config.organizationalUnits.length > 0
      ? [["StackSets may roll out", () => assertRolloutPossible(config, regions[0])] as const]
      : []),
  ];
}

/**
 * Makes all checks together, and tells of all that failed: who corrects one should not meet the next one only then.
 *
 * @throws AggregateError with each check's error
 */
async function checked(checks: readonly Check[], json: boolean): Promise<void> {
  const errors: unknown[] = [];
  await new Listr(
    checks.map(([title, check]) => ({
      title,
      task: () =>
        check().catch((error: unknown) => {
          errors.push(error);
          throw error;
        }),
    })),
    { ...(json ? { renderer: "silent" } : progressOptions), concurrent: true, exitOnError: false },
  ).run();
  if (errors.length > 0) throw new AggregateError(errors, "Not all is ready for a deployment.");
}

/**
 * What the default versions are after CDK failed. Stacks are deployed one after the other: CloudFormation puts back
 * the one that failed, and what came before it stays.
 */
async function showDefaults(
  { documentName }: Config,
  regions: readonly string[],
  before: ReadonlyMap<string, Published | undefined>,
  say: (text: string) => void,
): Promise<void> {
  for (const region of regions) {
    const then = before.get(region)?.defaultVersion;
    const now = (await describe(ssm(region), documentName))?.defaultVersion;
    say(
      now === undefined
        ? `${region}: ${documentName} is not there.`
        : `${region}: the default of ${documentName} is ${now}, ${now === then ? "as before" : `before it was ${then ?? "not there"}`}.`,
    );
  }
}

/** How far the rollout came, after one more try of the accounts that stayed behind. */
async function showRollout(
  config: Config,
  region: string,
  say: (text: string) => void,
): Promise<number> {
  const first = await rolloutState(config, region);
  const rollout =
    first.outdated.length === 0 ? first : await retryOutdated(config, region, first.outdated);
  say(
    `Rollout: ${rollout.current} stacks in member accounts are current, ${rollout.outdated.length} are not.`,
  );
  if (rollout.suspended.length > 0)
    say(`Left out, because they are suspended: ${rollout.suspended.join(", ")}.`);
  if (rollout.outdated.length === 0) return 0;
  say(
    table(
      ["Account", "Region", "Why"],
      rollout.outdated.map(({ account, region: where, reason }) => [
        account,
        where,
        printable(reason),
      ]),
    ),
  );
  say(
    "Correct what is wrong in these accounts, then run npm run deploy again; accounts that are current are left alone.",
  );
  return 1;
}
