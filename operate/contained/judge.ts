import { isFinal } from "../follow.ts";
import { type InstanceRun, releasableFrom } from "../instanceRun.ts";
import type { Place } from "../places.ts";
import type { Evidence, Interface } from "./evidence.ts";
import { bucketIn, keyParts, type OwnGroup, withName } from "./groups.ts";

/** How an instance stands. */
export type State =
  | "contained"
  | "partly contained"
  /** Its groups say so, and no execution does, or the one that made them says that it is not isolated as asked. */
  | "NOT CONFIRMED"
  /** On the group that lets everything through, which no ended run leaves behind. */
  | "OPEN TO ALL"
  /** Some source says that it is contained, and its interfaces are not. */
  | "not contained"
  /** Contained when it was terminated, and not released: its sizes, tags and groups can still be given back. */
  | "terminated";

/** An instance that is contained, or of which some source says so. */
export interface Contained {
  readonly instance: string;
  readonly place: Place;
  readonly state: State;
  /** When the run ended that contained it, or else the time in the key. */
  readonly since: Date | undefined;
  /** The execution that contained it; empty where none is known. */
  readonly execution: string;
  /** ARN of who started that; empty where Systems Manager does not have it any more. */
  readonly startedBy: string;
  readonly document: string;
  /** Of the backup; empty where it is not known. */
  readonly bucket: string;
  readonly key: string;
  /** What the sources say of this, each by itself. */
  readonly sources: Sources;
  /** What is not as it should be, a sentence each; none where all sources agree. */
  readonly problems: readonly string[];
}

export interface Sources {
  readonly groups: Answer;
  readonly execution: Answer;
  readonly tag: Answer;
}

/**
 * `agrees`; `differs`, of an execution that it says itself that it did not isolate the instance; `missing`: it says
 * nothing; `too old`: Systems Manager keeps executions for 30 days.
 */
export type Answer = "agrees" | "differs" | "missing" | "too old";

/** How long Systems Manager keeps executions. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const KEPT_DAYS = 30;

/**
 * Says of each instance that any source names as contained how it stands, and which sources agree.
 *
 * Isolated is what the interfaces' groups make it. The outputs of an execution are written by the run alone, so they
 * are what groups and tags are held against: tags can be changed, and groups with the runbook's names can be made, by
 * whoever has the permission.
 *
 * @param now the time to which ages are reckoned
 */
export function judge(evidence: Evidence, now: Date): readonly Contained[] {
  const names = new Set([
    ...evidence.groups.flatMap(({ interfaces }) => interfaces.map(({ instance }) => instance)),
    ...[...evidence.tags.keys()].filter((id) => id.startsWith("i-")),
    ...evidence.runs.filter(isLive).map(({ instance }) => instance),
  ]);
  return [...names]
    .filter((instance) => instance !== "")
    .map((instance) => judgeOne(instance, evidence, now))
    .filter((each) => each !== undefined)
    .sort((one, other) => (one.since?.getTime() ?? 0) - (other.since?.getTime() ?? 0));
}

/** Whether a run has changed, or could have changed, something. */
const isLive = ({ told }: InstanceRun): boolean => told !== undefined && !told.dryRun;

function judgeOne(instance: string, evidence: Evidence, now: Date): Contained | undefined {
  const interfaces = evidence.instances.get(instance);
  const runs = evidence.runs.filter((run) => run.instance === instance && isLive(run));
  const last = runs.at(-1);
  const tag = evidence.tags.get(instance);
  const on = evidence.groups.filter((group) =>
    group.interfaces.some((each) => each.instance === instance),
  );
  // A Release that gave all back ends what came before it, but for what is on the interfaces all the same.
  const containing = last?.told?.action === "Contain" ? last : undefined;
  if (on.length === 0 && tag === undefined && containing === undefined) return undefined;
  const held = on.filter((group) => group.kind === "containment" && group.instance === instance);
  const group = latest(held);
  const key = group?.key ?? (containing && releasableFrom(containing)?.key) ?? "";
  const run = runs.findLast((each) => releasableFrom(each)?.key === key);
  const state = stateOf(instance, interfaces, on);
  if (state === "terminated" && key === "") return undefined;
  const parts = keyParts(key);
  const look: Look = { instance, interfaces, on, held, group, key, run, tag, last, state, now };
  const sources = sourcesOf(look);
  return {
    instance,
    place: evidence.place,
    state:
      state === "contained" && /^(missing|differs)$/.test(sources.execution)
        ? "NOT CONFIRMED"
        : state,
    since: run?.ended ?? parts?.written,
    execution: run?.id ?? group?.execution ?? "",
    startedBy: run?.startedBy ?? "",
    document: run?.document ?? "",
    bucket: (run && releasableFrom(run)?.bucket) || group?.bucket || bucketIn(tag ?? "", key) || "",
    key,
    sources,
    problems: problemsOf(look),
  };
}

/** All that was seen of an instance. */
interface Look {
  readonly instance: string;
  /** Undefined where it is gone. */
  readonly interfaces: readonly Interface[] | undefined;
  /** The runbook's groups that are on an interface of it. */
  readonly on: readonly OwnGroup[];
  /** Those of them that contain it. */
  readonly held: readonly OwnGroup[];
  readonly group: OwnGroup | undefined;
  readonly key: string;
  /** The run that says itself that it contained the instance with this key. */
  readonly run: InstanceRun | undefined;
  readonly tag: string | undefined;
  /** The last run that was no dry run. */
  readonly last: InstanceRun | undefined;
  readonly state: State;
  readonly now: Date;
}

const latest = (groups: readonly OwnGroup[]): OwnGroup | undefined =>
  [...groups].sort((one, other) => writtenOf(one) - writtenOf(other)).at(-1);

const writtenOf = ({ key }: OwnGroup): number => keyParts(key)?.written.getTime() ?? 0;

function stateOf(
  instance: string,
  interfaces: readonly Interface[] | undefined,
  on: readonly OwnGroup[],
): State {
  if (interfaces === undefined) return "terminated";
  if (on.some(({ kind }) => kind === "all-access")) return "OPEN TO ALL";
  const inside = interfaces.filter((each) => isInside(each, instance, on));
  if (inside.length === 0) return "not contained";
  return inside.length === interfaces.length ? "contained" : "partly contained";
}

/** Whether an interface is on one group alone, and that contains its instance. */
const isInside = ({ groups }: Interface, instance: string, on: readonly OwnGroup[]): boolean =>
  groups.length === 1 &&
  on.some(
    (own) => own.id === groups[0]?.id && own.kind === "containment" && own.instance === instance,
  );

function sourcesOf({ group, run, key, tag, now, held }: Look): Sources {
  const written = keyParts(key)?.written;
  const old = written !== undefined && now.getTime() - written.getTime() > KEPT_DAYS * 86_400_000;
  const bucket = run && releasableFrom(run)?.bucket;
  const wanted = `s3://${bucket ?? group?.bucket}/${key}`.slice(0, 256);
  return {
    groups:
      held.length === 0
        ? "missing"
        : held.every((each) => each.key === key && keyParts(key)?.execution === each.execution)
          ? "agrees"
          : "differs",
    execution: run ? (run.told?.isolated ? "agrees" : "differs") : old ? "too old" : "missing",
    tag: tag === undefined ? "missing" : tag === wanted ? "agrees" : "differs",
  };
}

function problemsOf(look: Look): readonly string[] {
  const { instance, interfaces = [], on, held, group, key, run, tag, last, state } = look;
  const sources = sourcesOf(look);
  const outside = interfaces.filter((each) => !isInside(each, instance, on));
  const found: string[] = [];
  for (const each of on)
    if (each.instance !== instance)
      found.push(`It is on ${withName(each)}, which is named for another instance.`);
  if (state === "OPEN TO ALL")
    found.push(
      last && !isFinal(last.status)
        ? "It is open to everything for the moment of a run that is under way."
        : "It is on the group that lets everything through. Contain it again, which closes first.",
    );
  if (state === "partly contained" || (state === "not contained" && run !== undefined))
    for (const each of outside)
      found.push(
        `${each.id} is on ${each.groups.map(withName).join(", ") || "no group"}: not isolated.`,
      );
  if (state === "not contained" && run?.told?.isolated)
    found.push(
      `The execution ${run.id} isolated it and no Release gave its groups back: somebody has given it other groups since. Contain it again, or release it.`,
    );
  found.push(...failedContainments(look));
  if (last?.told?.action === "Release" && last.told.tone === "bad")
    found.push(
      `The Release ${last.id} did not give everything back: read its report, and release it again.`,
    );
  if (state === "not contained" && run === undefined && tag !== undefined)
    found.push(
      "Its tag says that it is contained; no group and no execution does: the tag is forged or left over.",
    );
  if (sources.groups === "differs")
    found.push(
      `Its groups do not agree with each other: ${held.map((each) => `${withName(each)} says ${each.key}`).join("; ")}.`,
    );
  if (group !== undefined && sources.execution === "missing") found.push(unconfirmed(group, last));
  if (last?.told?.action === "Release" && last.told.tone !== "bad" && held.length > 0)
    found.push(`The execution ${last.id} released it; what contains it now, no execution says.`);
  if (state !== "not contained" && sources.tag === "differs")
    found.push(`Its tag names another backup: ${tag}. Go by the key.`);
  if (group !== undefined && run?.told?.isolated)
    found.push(...changedRules(group, run.told.allowed));
  if (group?.rules.some((rule) => EVERYBODY.test(rule)) && !run?.told?.isolated)
    found.push(
      `${withName(group)} lets everybody in or out: ${group.rules.map(ruleText).join("; ")}.`,
    );
  if (key === "" && held.length > 0) found.push("Its group names no backup.");
  return found;
}

/** The run that made what is there, and the last one, where they say themselves that they did not isolate it. */
function failedContainments({ run, last, state }: Look): readonly string[] {
  if (state === "terminated") return [];
  const failed = [run, last].filter(
    (each) => each?.told?.action === "Contain" && !each.told.isolated,
  );
  return [...new Set(failed)].map(
    (each) =>
      `The execution ${each?.id} did not isolate it (${each?.told?.headline}): read its report, and contain it again.`,
  );
}

const EVERYBODY = / (0\.0\.0\.0\/0|::\/0)$/;

/** Why no execution confirms a group, as far as is known. */
function unconfirmed(group: OwnGroup, last: InstanceRun | undefined): string {
  if (last?.id === group.execution)
    return `The execution ${group.execution} ended as ${last.status} and does not say that it contained it with this key.`;
  return `No execution says that it made ${withName(group)}: it is forged, or its run had no verdict or was of another document (-c documentName=NAME counts that one's). Look at npm run status -- ${group.execution}.`;
}

/** A rule for people: `Ingress tcp 22 192.0.2.10/32`, `Egress everything 0.0.0.0/0`. */
const ruleText = (rule: string): string =>
  rule.replace(/ -1 -1--1 /, " everything ").replace(/ (\d+)-\1 /, " $1 ");

function changedRules(group: OwnGroup, allowed: readonly string[]): readonly string[] {
  const more = group.rules.filter((rule) => !allowed.includes(rule));
  const less = allowed.filter((rule) => !group.rules.includes(rule));
  return [
    ...(more.length > 0
      ? [
          `The rules of ${withName(group)} were changed since: it also allows ${more.map(ruleText).join("; ")}. Contain it again.`,
        ]
      : []),
    ...(less.length > 0
      ? [`${withName(group)} does not allow any more: ${less.map(ruleText).join("; ")}.`]
      : []),
  ];
}
