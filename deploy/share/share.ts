import { Listr } from "listr2";
import {
  accountsBelow,
  lookUp,
  type Member,
  membersIfVisible,
  parseAccounts,
  readAccounts,
  unitIds,
} from "../../common/accounts.ts";
import { agree } from "../../common/ask.ts";
import { chunks } from "../../common/chunks.ts";
import { organizations, ssm } from "../../common/clients.ts";
import pc from "../../common/colours.ts";
import { loadConfig, regionsOf } from "../../common/config.ts";
import { namedDocument } from "../../common/documents.ts";
import { explain } from "../../common/explain.ts";
import { openRegions } from "../../common/openRegions.ts";
import { printable } from "../../common/printable.ts";
import { printer } from "../../common/printer.ts";
import { Problem } from "../../common/problem.ts";
import { describe } from "../../common/published.ts";
import { table } from "../../common/table.ts";
import { eachRegion, progressOptions } from "../regions.ts";
import { modify, type Refused, sharedWith } from "./permissions.ts";
import { calls, isDone, type Plan, plan, SHARE_LIMIT } from "./plan.ts";

export interface ShareOptions {
  /** The document that it is about; by default the one that contains. */
  readonly document?: string;
  readonly context: readonly string[];
  /** Roots and organizational units. */
  readonly units: readonly string[];
  readonly accounts: readonly string[];
  readonly files: readonly string[];
  readonly regions: readonly string[];
  readonly prune: boolean;
  readonly list: boolean;
  /** The list as JSON. */
  readonly json: boolean;
  readonly yes: boolean;
}

interface RegionPlan {
  readonly region: string;
  readonly plan: Plan;
  readonly before: number;
}

/**
 * `npm run share`: shares the document with accounts, in all Regions, and with nobody else when told so. What is
 * shared already is read first and only the difference is applied, so that it can be run again at any time, after
 * a crash as well.
 *
 * @returns exit status: 1 when AWS refused accounts
 */
export async function share(options: ShareOptions): Promise<number> {
  if (options.json && !options.list)
    throw new Problem("--json is for --list.", "Give --list too, or leave --json out.");
  const config = loadConfig(options.context);
  const regions = await openRegions(
    regionsOf(options.regions.length > 0 ? { regions: options.regions } : config),
    printer(options.json),
  );
  const { name } = namedDocument(options.document, config);
  const owners = await eachRegion(regions)((region) => ownerOf(region, name));
  const owner = owners[0] ?? "";
  if (options.list) return list(regions, name, options.json);

  const units = await unitIds(organizations(regions[0]), options.units);
  const { wanted, inactive, outside } = await targets({ ...options, units }, owner, regions[0]);
  for (const { id, name: label, state } of inactive)
    console.log(pc.dim(`left out: ${id} ${printable(label)} (${state})`));
  if (outside.length > 0) console.log(pc.yellow(`not in this organization: ${outside.join(" ")}`));
  if (wanted.length === 0 && !options.prune)
    throw options.units.length + options.accounts.length + options.files.length === 0
      ? new Problem(
          "No accounts to share with were named.",
          "Give --unit (a root or organizational unit), --account or --file; see docs/deploy.md.",
        )
      : new Problem(
          "There is nobody among the targets to share with: the owner has the document already, and an account must be active.",
          `Name active accounts other than ${owner}.`,
        );
  const plans = await eachRegion(regions)(async (region): Promise<RegionPlan> => {
    const shared = await sharedWith(ssm(region), name);
    return { region, before: shared.length, plan: plan(shared, wanted, owner, options.prune) };
  });
  assertWithinLimit(plans, { ...options, units }, name);
  for (const entry of plans) console.log(describePlan(name, entry));
  if (plans.every((entry) => isDone(entry.plan))) {
    console.log("Nothing to change.");
    return 0;
  }
  if (!(await agree("Apply?", options.yes))) return 0;
  return apply(name, plans);
}

async function ownerOf(region: string, name: string): Promise<string> {
  const there = await describe(ssm(region), name);
  if (there !== undefined) return there.owner;
  throw new Problem(
    `There is no document ${name} in ${region}. A document is shared in the Region that it is in, Region by Region.`,
    `Deploy it there first (npm run deploy -- -c regions=…,${region}), or leave that Region out with --region.`,
  );
}

async function targets(
  options: ShareOptions,
  owner: string,
  region: string,
): Promise<{
  readonly wanted: readonly string[];
  /** Targets that are not active. */
  readonly inactive: readonly Member[];
  /** Targets that are no accounts of the organization, where the caller sees it: a partner's, or a slip. */
  readonly outside: readonly string[];
}> {
  const client = organizations(region);
  const below = await accountsBelow(client, options.units);
  const named = [
    ...options.accounts.flatMap((account) => parseAccounts(account, "--account")),
    ...options.files.flatMap(readAccounts),
  ];
  const visible = named.length === 0 ? [] : await membersIfVisible(client);
  const known = [...below, ...visible];
  const inactive = new Map(
    known.filter((member) => member.state !== "ACTIVE").map((member) => [member.id, member]),
  );
  const all = new Set([...below.map((member) => member.id), ...named]);
  all.delete(owner);
  return {
    wanted: [...all].filter((account) => !inactive.has(account)),
    inactive: [...inactive.values()].filter((member) => all.has(member.id)),
    outside:
      visible.length === 0
        ? []
        : [...all].filter((account) => !known.some((member) => member.id === account)),
  };
}

function assertWithinLimit(
  plans: readonly RegionPlan[],
  options: ShareOptions,
  name: string,
): void {
  const over = plans.find((entry) => entry.plan.after > SHARE_LIMIT);
  if (over === undefined) return;
  const units = options.units.length > 0 ? options.units.join(",") : "r-…";
  throw new Problem(
    `${name} would be shared with ${over.plan.after.toLocaleString("en")} accounts in ${over.region}; Systems Manager allows ${SHARE_LIMIT.toLocaleString("en")}. Nothing was changed.`,
    `Put a copy of the document into each account instead, by StackSet: npm run deploy -- -c organizationalUnits=${units} -c copyDocument=true. Or share with fewer units.${options.prune || over.plan.beyond.length === 0 ? "" : ` ${over.plan.beyond.length} accounts that it is shared with are not among the targets; --prune removes them.`}`,
  );
}

/** What a plan will do, every account named. */
function describePlan(name: string, { region, plan: steps, before }: RegionPlan): string {
  const lines = [
    `${pc.bold(region)}: ${name} is shared with ${before} ${before === 1 ? "account" : "accounts"}, afterwards with ${steps.after}.`,
  ];
  if (steps.public) lines.push(pc.red("  - all: it is PUBLIC now, which is taken back"));
  for (const some of chunks(steps.remove, 6)) lines.push(pc.red(`  - ${some.join(" ")}`));
  for (const some of chunks(steps.add, 6)) lines.push(pc.green(`  + ${some.join(" ")}`));
  if (steps.beyond.length > 0)
    lines.push(
      pc.dim(
        `  ${steps.beyond.length} more are shared with and not among the targets; --prune removes them`,
      ),
    );
  return lines.join("\n");
}

async function apply(name: string, plans: readonly RegionPlan[]): Promise<number> {
  const refused = new Map<string, readonly Refused[]>(plans.map(({ region }) => [region, []]));
  const problems = new Map<string, Problem>();
  await new Listr(
    plans.map(({ region, plan: steps }) => ({
      title: region,
      enabled: !isDone(steps),
      task: async (_: unknown, task: { output: string }) => {
        const all = calls(steps);
        try {
          for (const [at, call] of all.entries()) {
            task.output = `call ${at + 1} of ${all.length}`;
            const more = await modify(ssm(region), name, call);
            refused.set(region, [...(refused.get(region) ?? []), ...more]);
          }
        } catch (error) {
          // One Region's trouble must not stop the others; the report tells of it.
          const explained = explain(error);
          if (!(explained instanceof Problem)) throw error;
          problems.set(region, explained);
        }
      },
    })),
    { ...progressOptions, concurrent: 4 },
  ).run();
  const rows: (string | number)[][] = [];
  let status = 0;
  for (const { region, plan: steps, before } of plans) {
    const now = await sharedWith(ssm(region), name);
    const bad = refused.get(region) ?? [];
    const missing = steps.add.filter(
      (id) => !now.includes(id) && !bad.some(({ account }) => account === id),
    );
    const lingering = steps.remove.filter((id) => now.includes(id));
    const state =
      problems.has(region) || missing.length > 0 || lingering.length > 0
        ? pc.red("unfinished: run it again")
        : pc.green("done");
    if (bad.length > 0 || state !== pc.green("done")) status = 1;
    const added = steps.add.filter((id) => now.includes(id)).length;
    rows.push([
      region,
      before,
      added,
      steps.remove.length - lingering.length,
      now.length,
      bad.length,
      state,
    ]);
  }
  console.log(table(["Region", "Before", "Added", "Removed", "Now", "Refused", "State"], rows));
  for (const [region, problem] of problems)
    console.log(`${region}: ${problem.message}\n  ${pc.bold("What to do:")} ${problem.remedy}`);
  for (const [region, list] of refused)
    for (const { account, reason } of list) {
      const state = (await lookUp(organizations(region), account))?.state;
      console.log(
        `${region}: not shared with ${account}: ${state === undefined || state === "ACTIVE" ? reason : `the account is ${state} by now`}. ${
          state === undefined || state === "ACTIVE"
            ? "Check the account id."
            : "It is left out when the command is run again."
        }`,
      );
    }
  return status;
}

async function list(
  regions: readonly [string, ...string[]],
  name: string,
  json: boolean,
): Promise<number> {
  // One look at the organization rather than one for each account, of which there may be a thousand in each Region.
  const members = await membersIfVisible(organizations(regions[0]));
  const names = new Map(members.map((member) => [member.id, member.name]));
  const shares = await eachRegion(regions)(async (region) => ({
    region,
    accounts: [...(await sharedWith(ssm(region), name))].sort(),
  }));
  const rows = shares.flatMap(({ region, accounts }) =>
    accounts.length === 0
      ? [[region, "nobody", ""]]
      : accounts.map((account) => [
          region,
          account === "all" ? pc.red("all: it is PUBLIC") : account,
          printable(names.get(account) ?? ""),
        ]),
  );
  console.log(json ? JSON.stringify(shares, null, 2) : table(["Region", "Account", "Name"], rows));
  return 0;
}
