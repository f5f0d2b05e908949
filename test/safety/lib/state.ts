/** What the snapshot of an account says of an instance's interfaces and of the groups that they are on. */
import type { Parameters } from "../../account/run.ts";
import type { Plain } from "../../account/snapshot.plain.ts";
import type { Snapshot } from "../../account/snapshot.ts";

export interface Attached {
  readonly id: string;
  readonly groups: readonly string[];
}

/** A part of a snapshot as a map; empty where it is none. */
const map = (value: Plain | undefined): Readonly<Record<string, Plain>> =>
  typeof value === "object" && !Array.isArray(value)
    ? (value as Readonly<Record<string, Plain>>)
    : {};

/** A part of a snapshot as a list of texts; empty where it is none. */
const list = (value: Plain | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** The instance's interfaces and their groups. */
export const interfacesOf = (state: Snapshot, instanceId: string): readonly Attached[] =>
  Object.entries(map(map(state.network).interfaces))
    .filter(([, one]) => map(one).instance === instanceId)
    .map(([id, one]) => ({ id, groups: list(map(one).groups) }));

/** The ids of the groups whose names say that they are the runbook's, for containment. */
export const containmentGroups = (state: Snapshot, instanceId = ""): readonly string[] =>
  Object.entries(map(state.groups))
    .filter(([, one]) =>
      String(map(one).name).startsWith(`ContainEC2Instance-containment-${instanceId}`),
    )
    .map(([id]) => id);

/** Rules as a snapshot has them; ports of a rule for all protocols mean nothing. */
const normal = (rules: readonly string[]): readonly string[] =>
  rules.map((rule) => rule.replace(/^-1 \S+ /, "-1 "));

function askedRules(asked: Parameters, way: "IngressInput" | "EgressInput"): readonly string[] {
  const given = asked[way] ?? [];
  const rules = (typeof given === "string" ? [given] : given).map((text) => {
    const rule = JSON.parse(text) as Readonly<Record<string, string>>;
    return `${rule.IpProtocol} ${rule.FromPort ?? ""}-${rule.ToPort ?? ""} ${rule.Cidr}`;
  });
  return normal(rules);
}

/** The interfaces that more may reach, or that may reach more, than was asked for: a line for each group. */
export const reachable = (
  state: Snapshot,
  instanceId: string,
  asked: Parameters,
): readonly string[] =>
  interfacesOf(state, instanceId).flatMap(({ id, groups }) =>
    groups.flatMap((group) => {
      const { ingress, egress } = map(map(state.groups)[group]);
      const more = [
        ...beyond(list(ingress), askedRules(asked, "IngressInput")),
        ...beyond(list(egress), askedRules(asked, "EgressInput")),
      ];
      return more.length === 0 ? [] : [`${id} on ${group} allows ${more.join("; ")}`];
    }),
  );

const beyond = (has: readonly string[], wanted: readonly string[]): readonly string[] =>
  normal(has).filter((rule) => !wanted.includes(rule));
