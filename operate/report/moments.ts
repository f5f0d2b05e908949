import { ownName } from "../../common/names.ts";
import {
  askedRules,
  type Group,
  type Network,
  type NetworkInterface,
  sameRules,
} from "./network.ts";
import { type NetworkNow, unknownGroup } from "./readNetwork.ts";
import type { GroupReference, InterfaceRecord, Permissions, RunRecord } from "./record.ts";
import { utc } from "./text.tsx";

/** The instance's network before and after a run, and now. */
export interface Moments {
  readonly networks: readonly Network[];
  /** What is not any more as the run left it, or a dry run found it: a sentence for each. */
  readonly drift: readonly string[];
}

/** The groups of which a report shows rules: those of before and of after. */
export const groupIdsOf = ({ interfaces }: RunRecord): readonly string[] => [
  ...new Set(interfaces.flatMap(({ from, to = [] }) => [...from, ...to].map(({ id }) => id))),
];

/**
 * The networks of a run.
 *
 * Rules of groups are not in a run's record: they are those that the groups have now, but for the containment's group,
 * whose rules the run proved to be those asked for.
 *
 * @param now how EC2 describes it at the time of the report; undefined where that was not asked
 * @param backupRules what the backup says that its containment was asked for
 */
export function momentsOf(
  record: RunRecord,
  now: NetworkNow | undefined,
  backupRules: Permissions | undefined,
): Moments {
  const asked = record.action === "Contain" ? record.askedRules : backupRules;
  const look: Look = { now, asked };
  const networks = [before(record, look), after(record, look)].filter((each) => each !== undefined);
  if (now?.interfaces === undefined || !record.ours) return { networks, drift: [] };
  const drift = driftOf(record, now, asked);
  const last = networks.at(-1);
  // The same is not drawn twice.
  if (last?.when === "past" && networks.length > 1 && drift.length === 0) {
    const source = `${last.source} Read again at ${utc(now.read)}: it is still so.`;
    return {
      networks: [...networks.slice(0, -1), { ...last, title: "Now", when: "now", source }],
      drift,
    };
  }
  const current: Network = {
    title: "Now",
    when: "now",
    source: `As EC2 describes it at ${utc(now.read)}.`,
    interfaces: now.interfaces.map((each) => ({ ...each, state: stateNow(each, record) })),
  };
  const wanted = drift.length > 0 || last === undefined || (!record.dryRun && networks.length < 2);
  return { networks: wanted ? [...networks, current] : networks, drift };
}

interface Look {
  readonly now: NetworkNow | undefined;
  readonly asked: Permissions | undefined;
}

const readAt = (now: NetworkNow | undefined): string =>
  now === undefined
    ? "Rules were not read."
    : `Rules are as the groups have them now, at ${utc(now.read)}.`;

function before(record: RunRecord, look: Look): Network | undefined {
  if (record.interfaces.every(({ from }) => from.length === 0)) return undefined;
  return {
    title: record.dryRun ? "As it is" : "Before",
    when: record.dryRun ? "now" : "past",
    source: `${record.action === "Contain" ? "Groups as the run found them." : "Groups as the release found them."} ${readAt(look.now)}`,
    interfaces: record.interfaces.map((each) =>
      interfaceOf(
        each,
        each.from.map((group) => groupOf(group, look)),
        "",
        look,
      ),
    ),
  };
}

function after(record: RunRecord, look: Look): Network | undefined {
  const { interfaces, dryRun, ended } = record;
  const known = interfaces.filter(({ state }) => state !== "");
  if (known.length === 0) return undefined;
  if (dryRun)
    return {
      title: `After ${record.action}`,
      when: "planned",
      source: "What the run would bring about. Nothing was changed.",
      interfaces: known.map((each) =>
        interfaceOf(
          each,
          each.to?.map((group) => groupOf(group, look)) ?? [plannedGroup(look)],
          each.state.replace(/^back to .*$/s, "gets its groups back").replace(/^to /, "moves to "),
          look,
        ),
      ),
    };
  return {
    title: "After the run",
    when: "past",
    source: `As the run read and proved it last${ended ? `, before ${utc(ended)}` : ""}.`,
    interfaces: known.map((each) =>
      interfaceOf(
        each,
        (each.to ?? []).map((group) => groupOf(group, look, each.state === "contained")),
        each.state,
        look,
      ),
    ),
  };
}

const interfaceOf = (
  { id, vpc }: InterfaceRecord,
  groups: readonly Group[],
  state: string,
  { now }: Look,
): NetworkInterface => ({
  id,
  vpc,
  addresses: now?.interfaces?.find((each) => each.id === id)?.addresses ?? [],
  groups,
  state,
});

const isContainment = ({ name }: GroupReference): boolean => ownName(name)?.kind === "containment";

/** A group with its rules. @param proved whether the run proved that it has the rules asked for */
function groupOf(group: GroupReference, { now, asked }: Look, proved = false): Group {
  if (proved && asked !== undefined && isContainment(group))
    return { ...group, rules: askedRules(asked), note: "" };
  const found = now?.groups.get(group.id);
  if (found !== undefined) return { ...found, name: group.name || found.name };
  if (asked !== undefined && isContainment(group))
    return { ...group, rules: askedRules(asked), note: "(deleted; rules as they were asked for)" };
  return { ...unknownGroup(group.id, group.name), note: now === undefined ? "" : "(gone)" };
}

const plannedGroup = ({ asked }: Look): Group => ({
  id: "to be made",
  name: "the containment group",
  rules: asked && askedRules(asked),
  note: "",
});

const idsOf = (groups: readonly GroupReference[]): string =>
  groups
    .map(({ id }) => id)
    .sort()
    .join();

const shown = (groups: readonly GroupReference[]): string =>
  groups.map(({ id, name }) => `${name} (${id})`).join(", ") || "no groups";

/** What an interface is expected to have: what the run left, or what a dry run found. */
const expected = (record: RunRecord, { from, to }: InterfaceRecord): readonly GroupReference[] =>
  (record.dryRun ? from : to) ?? [];

function driftOf(
  record: RunRecord,
  now: NetworkNow,
  asked: Permissions | undefined,
): readonly string[] {
  const known = record.interfaces.filter((each) => expected(record, each).length > 0);
  if (known.length === 0) return [];
  const there = new Map((now.interfaces ?? []).map((each) => [each.id, each]));
  const moved = known.flatMap((each) => {
    const current = there.get(each.id);
    if (current === undefined) return [`${each.id} is not attached any more.`];
    return idsOf(current.groups) === idsOf(expected(record, each))
      ? []
      : [`${each.id} has other groups now: ${shown(current.groups)}.`];
  });
  const added = [...there.values()]
    .filter(({ id }) => !record.interfaces.some((each) => each.id === id))
    .map(({ id, groups }) => `${id} was attached since: ${shown(groups)}.`);
  const proved = record.dryRun || record.action !== "Contain" || asked === undefined ? [] : known;
  const changed = new Map(
    proved
      .filter(({ state }) => state === "contained")
      .flatMap(({ to = [] }) => to.filter(isContainment))
      .map(({ id }) => [id, now.groups.get(id)] as const),
  );
  const wrong = [...changed.values()].filter(
    (group) => group?.rules && asked && !sameRules(group.rules, askedRules(asked)),
  );
  return [
    ...moved,
    ...added,
    ...wrong.map((group) => `The rules of ${shown(group ? [group] : [])} were changed since.`),
  ];
}

function stateNow(current: NetworkInterface, record: RunRecord): string {
  const known = record.interfaces.find(({ id }) => id === current.id);
  if (known === undefined) return record.interfaces.length > 0 ? "attached since" : "";
  const groups = expected(record, known);
  if (groups.length === 0) return "";
  if (idsOf(groups) !== idsOf(current.groups)) return "changed since";
  return record.dryRun ? "" : known.state;
}
