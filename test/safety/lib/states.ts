/** States of accounts in a form in which ids do not matter, so that equal ones are known. */
import { differences } from "../../world/snapshot.plain.ts";
import type { Snapshot } from "../../world/snapshot.ts";
import type { World } from "../../world/world.ts";
import { groupsNamed } from "./claims.ts";

/** All that changed in an account, with names for ids. Two accounts of a scenario with the same text are in the same state. */
export function stateOf(world: World, before: Snapshot, now: Snapshot): string {
  const names = new Map<string, string>([
    [world.instanceId, "INSTANCE"],
    [world.accountId, "ACCOUNT"],
    ...Object.entries(world.network.groups).map(([name, id]): [string, string] => [id, name]),
    ...world.interfaceIds.map((id, at): [string, string] => [id, `INTERFACE-${at}`]),
    ...(["containment", "all-access"] as const).flatMap((kind) =>
      groupsNamed(now, kind).map((id): [string, string] => [id, kind]),
    ),
  ]);
  const known = (id: string): string => {
    const kind = /^[0-9a-f]{8}-/.test(id) ? "EXECUTION" : id.replace(/-.*/, "");
    const name = names.get(id) ?? `${kind}-${names.size}`;
    names.set(id, name);
    return name;
  };
  return differences(before, now)
    .filter((line) => !/ (?:etag|size): /.test(line))
    .map((line) =>
      line
        .replace(/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d\//g, "")
        .replace(/(?<=\.json )[^:]+(?= )/g, "VERSION")
        .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, known)
        .replace(/\b(?:i|sg|eni|ami|snap|vol|vpc)-[0-9a-f]{8,17}\b/g, known)
        .replaceAll(world.accountId, "ACCOUNT"),
    )
    .sort()
    .join("\n");
}
