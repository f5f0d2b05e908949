import type { Permissions } from "./record.ts";

/** The instance's network at one moment, as far as security groups decide it. */
export interface Network {
  /** What the moment is, such as `Before`. */
  readonly title: string;
  /** Whether it is over, holds, or is only planned: the words of the picture go by it. */
  readonly when: "past" | "now" | "planned";
  /** How it is known, in a sentence. */
  readonly source: string;
  readonly interfaces: readonly NetworkInterface[];
}

export interface NetworkInterface {
  readonly id: string;
  readonly vpc: string;
  /** Its private and public addresses, where they are known. */
  readonly addresses: readonly string[];
  readonly groups: readonly Group[];
  /** What is said of it, such as `contained`; may be empty. */
  readonly state: string;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  /** Undefined where they are not known: the group is gone, or may not be read. */
  readonly rules: Rules | undefined;
  /** How the rules are known, where they are not of the moment itself; may be empty. */
  readonly note: string;
}

export interface Rules {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export interface Rule {
  /** What it lets through, such as `tcp 443` or `everything`. */
  readonly traffic: string;
  readonly peer: Peer;
}

/** Who is at the other end. */
export interface Peer {
  readonly kind: "addresses" | "group" | "prefix list";
  /** A CIDR, or an id. */
  readonly id: string;
  /** A group's or list's name, where it is known; may be empty. */
  readonly name: string;
}

/** Who can be reached, or can reach, in one direction: each peer with all that passes. */
export interface Reach {
  readonly peer: Peer;
  readonly traffic: readonly string[];
}

/** Every address of IPv4 or IPv6. */
export const isEveryone = ({ id }: Peer): boolean => id === "0.0.0.0/0" || id === "::/0";

/** A permission of EC2 in the form of its SDK, which is wider than what the runbook asks for. */
interface AnyPermission {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly IpRanges?: readonly { readonly CidrIp?: string | undefined }[] | undefined;
  readonly Ipv6Ranges?: readonly { readonly CidrIpv6?: string | undefined }[] | undefined;
  readonly UserIdGroupPairs?:
    | readonly { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined }[]
    | undefined;
  readonly PrefixListIds?: readonly { readonly PrefixListId?: string | undefined }[] | undefined;
}

/**
 * Rules of EC2's permissions.
 *
 * @param names of groups, by id
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
export const rulesFrom = (
  permissions: readonly AnyPermission[],
  names: ReadonlyMap<string, string> = new Map(),
): readonly Rule[] =>
  permissions.flatMap((permission): readonly Rule[] => {
    const traffic = trafficOf(permission);
    const of = (kind: Peer["kind"], id = "", name = ""): Rule => ({
      traffic,
      peer: { kind, id, name },
    });
    return [
      ...(permission.IpRanges ?? []).map(({ CidrIp }) => of("addresses", CidrIp)),
      ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => of("addresses", CidrIpv6)),
      ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = "", GroupName }) =>
        of("group", GroupId, GroupName ?? names.get(GroupId)),
      ),
      ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) =>
        of("prefix list", PrefixListId),
      ),
    ];
  });

/** The rules that a containment was asked for. */
export const askedRules = ({ Ingress, Egress }: Permissions): Rules => ({
  ingress: rulesFrom(Ingress),
  egress: rulesFrom(Egress),
});

/** Protocols that EC2 gives as numbers. @see https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml */
const PROTOCOLS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp" };

function trafficOf({ IpProtocol = "-1", FromPort, ToPort }: AnyPermission): string {
  if (IpProtocol === "-1") return "everything";
  const protocol = PROTOCOLS[IpProtocol] ?? IpProtocol;
  if (/^icmp/.test(protocol)) {
    if (FromPort === undefined || FromPort === -1) return protocol;
    return `${protocol} type ${FromPort}${ToPort === undefined || ToPort === -1 ? "" : ` code ${ToPort}`}`;
  }
  if (!/^(tcp|udp)$/.test(protocol))
    return /^\d+$/.test(protocol) ? `protocol ${protocol}` : protocol;
  if (FromPort === undefined || FromPort === -1 || (FromPort === 0 && ToPort === 65_535))
    return `all ${protocol}`;
  return FromPort === ToPort ? `${protocol} ${FromPort}` : `${protocol} ${FromPort}–${ToPort}`;
}

/**
 * Who can reach an interface (`ingress`), or whom it can reach (`egress`): the rules of all its groups together, as
 * EC2 takes them; everyone first.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
export function reach(groups: readonly Group[], direction: keyof Rules): readonly Reach[] {
  const found = new Map<string, { readonly peer: Peer; readonly traffic: Set<string> }>();
  for (const { rules } of groups)
    for (const { peer, traffic } of rules?.[direction] ?? []) {
      const entry = found.get(peer.id) ?? { peer, traffic: new Set() };
      found.set(peer.id, entry);
      entry.traffic.add(traffic);
    }
  return [...found.values()]
    .map(({ peer, traffic }) => ({
      peer,
      traffic: traffic.has("everything")
        ? ["everything"]
        : [...traffic].sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
    }))
    .sort((a, b) => Number(isEveryone(b.peer)) - Number(isEveryone(a.peer)));
}

/** Interfaces with the same groups, VPC and state: they are drawn once. */
export function alike(
  interfaces: readonly NetworkInterface[],
): readonly (readonly NetworkInterface[])[] {
  const lanes = new Map<string, NetworkInterface[]>();
  for (const each of interfaces) {
    const key = JSON.stringify([each.vpc, each.state, each.groups.map(({ id }) => id).sort()]);
    lanes.set(key, [...(lanes.get(key) ?? []), each]);
  }
  return [...lanes.values()];
}

/** Whether two sets of rules let the same through. */
export const sameRules = (one: Rules, other: Rules): boolean =>
  (["ingress", "egress"] as const).every(
    (direction) => ruleSet(one[direction]) === ruleSet(other[direction]),
  );

const ruleSet = (rules: readonly Rule[]): string =>
  [...new Set(rules.map(({ traffic, peer }) => `${traffic} ${peer.id}`))].sort().join("\n");
