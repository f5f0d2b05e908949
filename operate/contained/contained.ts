import pLimit from "p-limit";
import { activeAccounts } from "../../common/accounts.ts";
import { organizations } from "../../common/clients.ts";
import { loadConfig, regionsOf } from "../../common/config.ts";
import { explained } from "../../common/explain.ts";
import { callerAccount } from "../../common/preflight.ts";
import { printable } from "../../common/printable.ts";
import { printer } from "../../common/printer.ts";
import { Problem } from "../../common/problem.ts";
import { type Home, homeIn, type Place, placeName } from "../places.ts";
import { releaseLine } from "../showCase.ts";
import { readEvidence } from "./evidence.ts";
import { type Contained, judge } from "./judge.ts";
import { containedText } from "./show.ts";

export interface ContainedOptions {
  /** By default those of the settings, or else the one of the environment. */
  readonly regions: readonly string[];
  /** Ids of accounts or organizational units; none: the account of the credentials. */
  readonly accounts: readonly string[];
  /** Name of the role by which other accounts are read. */
  readonly assumeRole?: string;
  readonly context: readonly string[];
  readonly json: boolean;
}

/** Accounts and Regions that are read at the same time. */
const AT_ONCE = 4;

/**
 * `npm run contained`: lists what is contained, and whether groups, tags and the executions' own outputs agree.
 * Changes nothing.
 *
 * @returns exit status: 0 where all agrees and all was read, else 1
 */
export async function contained(options: ContainedOptions): Promise<number> {
  const config = loadConfig(options.context);
  if (options.assumeRole !== undefined && options.accounts.length === 0)
    throw new Problem(
      "--assume-role is for other accounts, and no --accounts were given.",
      "Give --accounts too, or leave --assume-role out.",
    );
  const regions = regionsOf(options.regions.length > 0 ? { regions: options.regions } : config);
  const home = homeIn(regions[0], options.assumeRole);
  const say = printer(options.json);
  const places = await placesOf(options, regions);
  const limit = pLimit(AT_ONCE);
  const read = await Promise.all(
    places.map((place) =>
      limit(async () => {
        try {
          const evidence = await readEvidence(await home.clientsAt(place), place, config);
          return { place, all: judge(evidence, new Date()), unread: undefined };
        } catch (error) {
          // One place alone is told as any command tells what is wrong.
          if (places.length === 1) throw error;
          return { place, all: [], unread: explained(error) };
        }
      }),
    ),
  );
  // With the credentials of another account nothing is contained, either: the account is told.
  const own = options.accounts.length > 0 ? undefined : await ownAccount(regions[0]);
  const all = read.flatMap((each) => each.all);
  const unread = read.flatMap((each) =>
    each.unread === undefined ? [] : [{ place: each.place, why: each.unread }],
  );
  if (all.length > 0) say(containedText(all, home));
  say(summary(all, read.length - unread.length, places, own));
  for (const each of unread) say(`✖ ${placeName(each.place)} was not read: ${printable(each.why)}`);
  if (options.json)
    console.log(
      JSON.stringify({ contained: all.map((each) => forMachines(each, home)), unread }, null, 2),
    );
  return unread.length > 0 || all.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** The accounts and Regions to read. */
async function placesOf(
  { accounts }: ContainedOptions,
  regions: readonly [string, ...string[]],
): Promise<readonly Place[]> {
  if (accounts.length === 0) return regions.map((region) => ({ account: undefined, region }));
  const ids = await activeAccounts(organizations(regions[0]), accounts);
  const own = await callerAccount(regions[0]);
  return ids.flatMap((account) =>
    regions.map((region) => ({ account: account === own ? undefined : account, region })),
  );
}

/** The account of the credentials; undefined where STS can't be asked, which keeps nothing from being listed. */
const ownAccount = (region: string): Promise<string | undefined> =>
  callerAccount(region, AbortSignal.timeout(5000)).catch(() => undefined);

/** @param own the account of all places, where it is known and none were named */
export function summary(
  all: readonly Contained[],
  read: number,
  places: readonly Place[],
  own: string | undefined,
): string {
  const [place] = places;
  const where =
    places.length === 1 && place
      ? placeName({ ...place, account: place.account ?? own })
      : own === undefined
        ? `${read} of ${places.length} accounts and Regions`
        : `${read} of ${places.length} Regions of ${own}`;
  const doubtful = all.filter(({ problems }) => problems.length > 0).length;
  const inside = all.filter(({ state }) => state === "contained").length;
  const doubts = doubtful === 0 ? "" : `; look at ${doubtful} of ${all.length} listed`;
  return all.length === 0
    ? `Nothing is contained in ${where}.`
    : `${inside} contained in ${where}${doubts}.`;
}

const forMachines = (each: Contained, home: Home): object => ({
  ...each,
  release: each.key !== "" && each.bucket !== "" ? releaseLine(each, each, home) : undefined,
});
