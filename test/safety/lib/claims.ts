/** What an account's state says, against what a run says of it. */

import { type Run, section } from "../../world/run.ts";
import { differences, type Plain } from "../../world/snapshot.plain.ts";
import type { Snapshot } from "../../world/snapshot.ts";

interface Attached {
  readonly id: string;
  readonly groups: readonly string[];
}

const map = (value: Plain | undefined): Readonly<Record<string, Plain>> =>
  typeof value === "object" && !Array.isArray(value)
    ? (value as Readonly<Record<string, Plain>>)
    : {};
const list = (value: Plain | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** The instance's interfaces and their groups. */
export function interfacesOf(state: Snapshot, instanceId: string): readonly Attached[] {
  return Object.entries(map(map(state.network).interfaces))
    .filter(([, one]) => map(one).instance === instanceId)
    .map(([id, one]) => ({ id, groups: list(map(one).groups) }));
}

/** The ids of groups whose names say that they are a containment's, of one kind. */
export function groupsNamed(
  state: Snapshot,
  kind: "containment" | "all-access",
): readonly string[] {
  return Object.entries(map(state.groups))
    .filter(([, one]) => String(map(one).name).startsWith(`ContainEC2Instance-${kind}-`))
    .map(([id]) => id);
}

/** Interfaces of whatever instance that are on an all-access group. */
export function openInterfaces(state: Snapshot): readonly string[] {
  const open = groupsNamed(state, "all-access");
  return Object.entries(map(map(state.network).interfaces))
    .filter(([, one]) => list(map(one).groups).some((group) => open.includes(group)))
    .map(([id]) => id);
}

/** The instance's lifecycle state in its Auto Scaling group; undefined outside any. */
export function lifecycleOf(state: Snapshot, instanceId: string): string | undefined {
  for (const group of Object.values(map(state.scaling))) {
    const member = map(map(group).instances)[instanceId];
    if (member !== undefined) return String(map(member).state);
  }
  return undefined;
}

/** A containment leaves its backups, its images and a bucket that it made. */
const kept = /^(?:buckets |(?:images|snapshots) \S+ (?:name|state|disks|volume|encrypted))/;
/** What is there at all, of objects that may remain without a tag. */
const keptEmpty = /^(?:images|snapshots) \S+ tags: – → \{\}$/;
const bareFamilies = /^(?:images|snapshots|buckets): /;

/** How a state differs from that before a containment, but for what a containment leaves on purpose. */
export function drift(before: Snapshot, after: Snapshot): readonly string[] {
  return differences(before, after).filter(
    (line) => !kept.test(line) && !keptEmpty.test(line) && !bareFamilies.test(line),
  );
}

/** What remains tagged of a backup that was released from: the object and its supplements. */
export function taggedObjects(state: Snapshot, key: string): readonly string[] {
  return Object.entries(map(state.buckets)).flatMap(([bucket, settings]) =>
    Object.entries(map(map(settings).versions)).flatMap(([name, one]) =>
      name.startsWith(key.slice(0, -4)) &&
      map(one).latest === true &&
      Object.keys(map(map(one).tags)).length > 0
        ? [`${bucket}/${name} is tagged`]
        : [],
    ),
  );
}

/** What is wrong with a containment that calls itself done; empty if it is. */
export function notContained(state: Snapshot, instanceId: string): readonly string[] {
  const inside = groupsNamed(state, "containment");
  const wrong = interfacesOf(state, instanceId)
    .filter(({ groups }) => groups.length !== 1 || !inside.includes(groups[0] ?? ""))
    .map(({ id, groups }) => `${id} is not contained: ${groups.join(", ")}`);
  const lifecycle = lifecycleOf(state, instanceId);
  if (lifecycle !== undefined && !lifecycle.endsWith("Standby"))
    wrong.push(`the instance is ${lifecycle} in its Auto Scaling group`);
  return wrong;
}

/**
 * Every claim of a run that the state belies.
 *
 * @param before the state before any containment of this instance
 * @param earlier the state right before this run
 */
export function lies(
  run: Run,
  instanceId: string,
  before: Snapshot,
  earlier: Snapshot,
  now: Snapshot,
): readonly string[] {
  const title = String(run.json.Title ?? "");
  const wrong: string[] = [];
  const say = (text: string): void => void wrong.push(text);
  const concluded = run.outputs["conclude.Json"] !== undefined;
  if (run.status === "Success") {
    if (/^(?:ALREADY )?CONTAINED/.test(title)) wrong.push(...notContained(now, instanceId));
    else if (/^RELEASED/.test(title)) wrong.push(...drift(before, now));
    else if (!/^DRY RUN/.test(title)) say(`a Success is called "${title}"`);
  } else if (run.failure === "" && run.status !== "Cancelled") {
    say(`it is ${run.status} and does not say why`);
  }
  if (!concluded) {
    if (run.status !== "Success" && !("reportSituationUnknown" in stepsOf(run))) {
      const changed = drift(earlier, now);
      if (changed.length > 0) say(`it ended without a report, and changed ${changed.join("; ")}`);
    }
    return wrong;
  }
  if (/FAILED/.test(title) && run.status === "Success") say(`a Success is called "${title}"`);
  if (/FAILED/.test(title) && section(run, "What failed").length === 0)
    say("it failed and names no reason");
  const contained = notContained(now, instanceId).filter((line) => line.startsWith("eni-"));
  const all = interfacesOf(now, instanceId);
  const isolation = /the instance (IS|is NOT|is only PARTLY) isolated/.exec(title)?.[1];
  const truth =
    contained.length === 0 ? "IS" : contained.length === all.length ? "is NOT" : "is only PARTLY";
  if (isolation !== undefined && isolation !== truth)
    say(`it says that the instance ${isolation} isolated, and it ${truth}`);
  wrong.push(...interfaceLies(run, all, before, now), ...scalingLies(run, instanceId, now));
  return wrong;
}

const stepsOf = (run: Run): Readonly<Record<string, string>> =>
  Object.fromEntries(run.steps.map(({ name, status }) => [name, status]));

function interfaceLies(
  run: Run,
  all: readonly Attached[],
  before: Snapshot,
  now: Snapshot,
): readonly string[] {
  const lines = section(run, "Interfaces");
  const [inside, outside] = [groupsNamed(now, "containment"), groupsNamed(now, "all-access")];
  const original = map(map(before.network).interfaces);
  return all.flatMap(({ id, groups }) => {
    const line = lines.find((text) => text.startsWith(`${id}: `));
    const unread = section(run, "What failed").some((text) => text.includes("could be read"));
    if (line === undefined) return unread ? [] : [`the report leaves out ${id}`];
    const same = list(map(original[id]).groups).join() === groups.join();
    const state = groups.some((group) => outside.includes(group))
      ? "OPEN TO ALL"
      : groups.length === 1 && inside.includes(groups[0] ?? "")
        ? "contained"
        : same
          ? "as before"
          : "OTHER GROUPS";
    const fits =
      (line.startsWith(`${id}: ${state};`) ||
        (unread && line.startsWith(`${id}: OTHER GROUPS;`))) &&
      line.endsWith(`; now ${groups.join(", ")}`);
    return fits ? [] : [`the report says "${line}", and it is ${state} with ${groups.join(", ")}`];
  });
}

function scalingLies(run: Run, instanceId: string, now: Snapshot): readonly string[] {
  const [line] = section(run, "Auto Scaling");
  if (line === undefined) return [];
  const [name = ""] = line.split(": ");
  const group = map(map(now.scaling)[name]);
  const end = `; now ${lifecycleOf(now, instanceId) ?? "not in the group"}, MinSize ${group.min}, desired capacity ${group.desired}`;
  return line.endsWith(end) ? [] : [`the report says "${line}", and it is "${end}"`];
}
