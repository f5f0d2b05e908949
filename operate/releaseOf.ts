import { explained } from "../common/explain.ts";
import { ownNames } from "../common/names.ts";
import { Problem } from "../common/problem.ts";
import { type Case, hasEnded, readCase } from "./case.ts";
import { groupNames, type OwnGroup, ownGroups, withName } from "./contained/groups.ts";
import { type InstanceRun, releasableFrom } from "./instanceRun.ts";
import { type Home, type Place, placeName } from "./places.ts";
import { quoted } from "./report/next.ts";

/** An instance to release, with its own key. */
export interface Release {
  readonly instance: string;
  readonly place: Place;
  readonly bucket: string;
  readonly key: string;
}

/** What of a run can be released. */
export interface Releases {
  readonly releases: readonly Release[];
  /** The instances of the run, or places, that are left out, and why. */
  readonly left: readonly { readonly what: string; readonly why: string }[];
  /** What could not be checked, or is odd and keeps nothing from being released. */
  readonly notes: readonly string[];
  /** The document that the run was of. */
  readonly document: string;
}

/**
 * Finds what runs contained; an instance that several of them contained is released with the last one's key.
 *
 * @param ids of executions
 * @throws Problem for a run that contained nothing, for runs of different documents, and for some that were started for
 *   accounts beside others that were not
 */
export async function releasesOf(home: Home, ids: readonly string[]): Promise<Releases> {
  const all: Releases[] = [];
  for (const id of [...new Set(ids)]) all.push(await releasesOfOne(home, id));
  const documents = new Set(all.map(({ document }) => document).filter((name) => name !== ""));
  if (documents.size > 1)
    throw new Problem(
      `These runs are of different documents: ${[...documents].join(", ")}.`,
      "Release the runs of each document by a command of their own.",
    );
  const places = all.flatMap(({ releases }) => releases.map(({ place }) => place));
  if (new Set(places.map(({ account }) => account === undefined)).size > 1)
    throw new Problem(
      "Some of these runs were in this account, and some were started for accounts: they act by different roles.",
      "Release those that were started with --accounts by a command of their own.",
    );
  const each = new Map(
    all
      .flatMap(({ releases }) => releases)
      .map((release) => [`${release.instance} ${placeName(release.place)}`, release]),
  );
  return {
    document: [...documents][0] ?? "",
    releases: [...each.values()],
    left: all
      .flatMap(({ left }) => left)
      .filter(({ what }) => ![...each.values()].some(({ instance }) => instance === what)),
    notes: all.flatMap(({ notes }) => notes),
  };
}

/**
 * Finds what a run contained, with each instance's own key out of the run's own outputs. Changes nothing.
 *
 * An instance that another run has contained since is left out: the runbook refuses the older key. A run that is older
 * than Systems Manager keeps is looked for in the names of the groups that it made, whose descriptions are the keys;
 * the key seals the backup's content, so that a forged tag, which says the bucket, gains nothing.
 *
 * @throws Problem for a run that contained nothing, and why: a dry run, a Release, one of another document, or one that
 * has not ended
 */
async function releasesOfOne(home: Home, id: string): Promise<Releases> {
  let found: Case;
  try {
    found = await readCase(home, id);
  } catch (error) {
    if (!(error instanceof Error && error.name === "AutomationExecutionNotFoundException"))
      throw error;
    return fromGroups(home, id, error);
  }
  refuse(found, home.region);
  const held = await heldBy(home, found.runs);
  const checked = await Promise.all(
    found.runs.map(async (run) => ({ run, ...(await releaseOf(home, run, held.groups)) })),
  );
  return {
    document: found.document,
    releases: checked.flatMap(({ release }) => (release === undefined ? [] : [release])),
    left: [
      ...checked.flatMap(({ run, why }) =>
        why === undefined ? [] : [{ what: run.instance || run.id, why }],
      ),
      ...found.unread.map(({ place, why }) => ({ what: placeName(place), why })),
    ],
    notes: [...held.notes, ...checked.flatMap(({ note }) => (note === undefined ? [] : [note]))],
  };
}

/** @throws Problem for a run with nothing to release */
function refuse(found: Case, region: string): void {
  const { id, runs, unread } = found;
  if (!hasEnded(found))
    throw new Problem(
      `The execution ${id} has not ended (${found.status}): what it contains is not known yet.`,
      `Wait for its end, npm run status -- ${id} --region ${region}, or cancel it there with Ctrl-C.`,
    );
  const told = runs.flatMap((run) => (run.told === undefined ? [] : [run.told]));
  if (runs.some((run) => releasableFrom(run) !== undefined)) return;
  if (told.some(({ dryRun }) => dryRun))
    throw new Problem(
      `The execution ${id} was a dry run: it contained nothing.`,
      "Give the execution that was run with --no-dry-run; npm run contained lists what is contained.",
    );
  if (told.some(({ action }) => action === "Release"))
    throw new Problem(
      `The execution ${id} was a Release: it contained nothing.`,
      "Give the execution that contained the instances; npm run contained lists what is contained.",
    );
  if (unread.length > 0)
    throw new Problem(
      `What the execution ${id} did in ${unread.map(({ place }) => placeName(place)).join(", ")} can't be read: ${unread[0]?.why}`,
      "Correct that and run the command again.",
    );
  // One that broke off may have isolated its instance all the same: its groups have the key.
  const known = told.length === runs.length && runs.length > 0;
  throw new Problem(
    `The execution ${id} of the document ${found.document} ended as ${found.status} ${known ? "and wrote no backup: it contained nothing" : "without a report: what it contained is not known"}${reasons(runs)}.`,
    "npm run contained lists what is contained, with the keys and the line that releases each.",
  );
}

const reasons = (runs: readonly InstanceRun[]): string => {
  const [first] = runs.filter(({ reason }) => reason !== "");
  return first === undefined ? "" : ` (${first.instance}: ${first.reason})`;
};

interface Held {
  /** The containment groups that interfaces of the instances are on. */
  readonly groups: readonly OwnGroup[];
  readonly notes: readonly string[];
}

/** What the instances are on now. */
async function heldBy({ clientsAt }: Home, runs: readonly InstanceRun[]): Promise<Held> {
  const places = new Map(runs.map(({ place }) => [placeName(place), place]));
  const all = await Promise.all(
    [...places].map(async ([name, place]): Promise<Held> => {
      const instances = runs
        .filter((run) => placeName(run.place) === name && run.instance !== "")
        .map(({ instance }) => instance);
      try {
        const { ec2 } = await clientsAt(place);
        const groups = await ownGroups(ec2, groupNames([...new Set(instances)]));
        return { groups: groups.filter(isHeld), notes: [] };
      } catch (error) {
        const note = `Whether instances in ${name} were contained again since can't be seen: ${explained(error)} The runbook itself checks it.`;
        return { groups: [], notes: [note] };
      }
    }),
  );
  return {
    groups: all.flatMap(({ groups }) => groups),
    notes: all.flatMap(({ notes }) => notes),
  };
}

const isHeld = ({ kind, instance, interfaces }: OwnGroup): boolean =>
  kind === "containment" && interfaces.some((each) => each.instance === instance);

interface Checked {
  readonly release?: Release;
  readonly why?: string;
  readonly note?: string;
}

async function releaseOf(
  home: Home,
  run: InstanceRun,
  held: readonly OwnGroup[],
): Promise<Checked> {
  const backup = releasableFrom(run);
  if (backup === undefined)
    return {
      why:
        run.told === undefined
          ? `its run ended as ${run.status} without a report, and may have contained it all the same${run.reason === "" ? "" : ` (${run.reason})`}: npm run contained says how it stands, with its key`
          : `it was not contained by this run: ${run.reason || run.status}`,
    };
  const { instance, place } = run;
  const release: Release = { instance, place, bucket: backup.bucket, key: backup.key };
  const others = held.filter((group) => group.instance === instance && group.key !== backup.key);
  const made = await Promise.all(others.map((group) => madeBy(home, group, run)));
  const newer = made
    .map((maker) => maker.run)
    .find((other) => other !== undefined && timeOf(other) > timeOf(run));
  if (newer !== undefined)
    return {
      why: `it was contained again since, by the execution ${newer.id}, and the runbook refuses the older key. Release that one: --of ${newer.id}`,
    };
  const at = made.findIndex((maker) => maker.run === undefined);
  const odd = others[at];
  if (odd === undefined) return { release };
  const looks = `${instance} is on ${withName(odd)}, which looks like another containment of it`;
  const why = made[at]?.unread;
  return {
    release,
    note:
      why === undefined
        ? `${looks}, and no execution confirms that: the runbook decides.`
        : `${looks}; its execution can't be read: ${why} The runbook decides.`,
  };
}

const timeOf = ({ started }: InstanceRun): number => started?.getTime() ?? 0;

/** Who made a group. */
interface Maker {
  /** The run that the group names, where it says itself that it contained the instance with the group's key. */
  readonly run?: InstanceRun | undefined;
  /** Why that can't be told. */
  readonly unread?: string;
}

/** Of another document than the one that contained the instance, whoever wrote it chose what its outputs say. */
async function madeBy(
  home: Home,
  group: OwnGroup,
  { place, document }: InstanceRun,
): Promise<Maker> {
  try {
    const { runs } = await readCase(home, group.execution, place);
    const run = runs.find(
      (each) =>
        each.document === document &&
        each.instance === group.instance &&
        releasableFrom(each)?.key === group.key,
    );
    return { run };
  } catch (error) {
    // What a group's name says may be no execution at all: whoever may make groups chose it.
    const none =
      error instanceof Error &&
      /^(AutomationExecutionNotFoundException|ValidationException)$/.test(error.name);
    return none ? {} : { unread: explained(error) };
  }
}

/** Of an execution that Systems Manager has forgotten: the groups that it made hold the keys. */
async function fromGroups(
  { clientsAt, region }: Home,
  id: string,
  cause: Error,
): Promise<Releases> {
  const here: Place = { account: undefined, region };
  const { ec2 } = await clientsAt(here);
  const groups = (await ownGroups(ec2, [ownNames({ kind: "containment", execution: id })])).filter(
    isHeld,
  );
  if (groups.length === 0)
    throw new Problem(
      `There is no execution ${id} in ${region}, and nothing is contained by one of that name. Systems Manager keeps executions for 30 days.`,
      "Give the Region it was started in with --region, and use credentials of the account it was started in. npm run contained lists what is contained and the line that releases each: of a run for several instances that is forgotten, the executions for each instance are told there.",
      { cause },
    );
  const [known, unknown] = [
    groups.filter(({ bucket }) => bucket !== ""),
    groups.filter(({ bucket }) => bucket === ""),
  ];
  return {
    document: "",
    releases: known.map(({ instance, bucket, key }) => ({ instance, place: here, bucket, key })),
    left: unknown.map(({ instance, key }) => ({
      what: instance,
      why: `the bucket of its backup is not known: the group's tag is gone. Release it with --instance ${instance} --prefix ${quoted(key)} and the --bucket it was contained with`,
    })),
    notes: [
      `Systems Manager keeps executions for 30 days and has forgotten ${id}: the keys are from the groups that it made.`,
    ],
  };
}
