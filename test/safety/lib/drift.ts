/** Random accounts: after Contain and Release, nothing may be other than it was. */
import { CreateOrUpdateTagsCommand } from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "automation-emulator";
import fc from "fast-check";
import { makeAutoScalingGroup, memberWorld } from "../../world/asg.ts";
import type { Parameters } from "../../world/run.ts";
import { backupKey, makeWorld, type World } from "../../world/world.ts";
import { drift, interfacesOf, lies, taggedObjects } from "./claims.ts";
import type { Finding, Job } from "./jobs.ts";

interface Rule {
  readonly egress: boolean;
  readonly protocol: "tcp" | "udp" | "icmp" | "-1" | "50";
  readonly from: number;
  readonly to: number;
  /** A range, or the number of one of the groups. */
  readonly peer: string | number;
}

interface Account {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
  /** For each interface, which of the groups. */
  readonly interfaces: readonly (readonly number[])[];
  readonly tags: Readonly<Record<string, string>>;
  readonly tagged: "instance" | "interfaces" | "all";
  readonly scaling?: { readonly min: number; readonly desired: number; readonly max: number };
  readonly ipv6: boolean;
  readonly stopped: boolean;
  readonly bucket: boolean;
  readonly images: boolean;
  readonly identifier: string;
  readonly ingress: readonly string[];
}

const rule: fc.Arbitrary<Rule> = fc.record({
  egress: fc.boolean(),
  protocol: fc.constantFrom("tcp", "udp", "icmp", "-1", "50"),
  from: fc.integer({ min: 0, max: 40_000 }),
  to: fc.integer({ min: 0, max: 25_000 }),
  peer: fc.oneof(
    fc.constantFrom("10.0.0.0/8", "203.0.113.7/32", "0.0.0.0/0", "2001:db8::/32", "::/0"),
    fc.nat({ max: 5 }),
  ),
});

const tagText = fc
  .string({ unit: fc.constantFrom(..."abcXYZ019 _.:/=+-@"), minLength: 1, maxLength: 20 })
  .map((text) => text.trim() || "x")
  .filter((text) => !text.toLowerCase().startsWith("aws:"));

const account: fc.Arbitrary<Account> = fc
  .record({
    groups: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("app", "cache", "ops", "ContainEC2Instance-x", "a b(c)", "z.1"),
        rules: fc.array(rule, { maxLength: 5 }),
      }),
      { minLength: 1, maxLength: 5, selector: ({ name }) => name },
    ),
    interfaces: fc.array(fc.uniqueArray(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    }),
    tags: fc.dictionary(tagText, tagText, { maxKeys: 4 }),
    tagged: fc.constantFrom("instance", "interfaces", "all"),
    scaling: fc.option(
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 2 }))
        .map(([desired, less, more]) => ({
          desired,
          min: Math.max(0, desired - less),
          max: desired + more,
        })),
      { nil: undefined, freq: 3 },
    ),
    ipv6: fc.boolean(),
    stopped: fc.boolean(),
    bucket: fc.boolean(),
    images: fc.nat({ max: 5 }).map((number) => number === 0),
    identifier: fc.constantFrom("", "Key=Case,Value=4711", "Key=Name,Value=x", "Key=a/b@c,Value="),
    ingress: fc.subarray([
      '{"Cidr":"203.0.113.9/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}',
      '{"Cidr":"2001:db8::/64","IpProtocol":"-1"}',
      '{"Cidr":"198.51.100.0/24","IpProtocol":"icmp","FromPort":"-1","ToPort":"-1"}',
    ]),
  })
  .map(({ scaling, ...rest }) => (scaling === undefined ? rest : { ...rest, scaling }));

async function build(emulator: Emulator, spec: Account): Promise<World> {
  const names = ["web", "db", "admin"] as const;
  const base = await makeWorld(emulator, {
    ipv6: spec.ipv6,
    bucket: spec.bucket,
    interfaces: spec.scaling ? [["db"]] : spec.interfaces.map((_, at) => [names[at % 3] ?? "web"]),
  });
  const ids = await makeGroups(base, spec);
  const world = spec.scaling
    ? await memberWorld(base, await makeAutoScalingGroup(base, spec.scaling))
    : base;
  for (const [at, id] of world.interfaceIds.entries()) {
    const numbers = spec.interfaces[at] ?? [0];
    const Groups = [...new Set(numbers.map((number) => ids[number % ids.length] ?? ""))];
    await world.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: id, Groups }),
    );
  }
  const Tags = Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value }));
  const Resources = [
    ...(spec.tagged === "interfaces" ? [] : [world.instanceId]),
    ...(spec.tagged === "instance" ? [] : world.interfaceIds),
  ];
  if (Tags.length > 0) await world.ec2.send(new CreateTagsCommand({ Resources, Tags }));
  if (spec.scaling && Tags.length > 0)
    await world.autoscaling.send(
      new CreateOrUpdateTagsCommand({
        Tags: Tags.map((tag) => ({
          ...tag,
          ResourceId: "fleet",
          ResourceType: "auto-scaling-group",
          PropagateAtLaunch: false,
        })),
      }),
    );
  if (spec.stopped && !spec.scaling)
    await world.ec2.send(new StopInstancesCommand({ InstanceIds: [world.instanceId] }));
  return world;
}

async function makeGroups({ ec2, network }: World, { groups }: Account): Promise<string[]> {
  const ids: string[] = [];
  for (const { name } of groups) {
    const { GroupId = "" } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: name,
        VpcId: network.vpcId,
      }),
    );
    ids.push(GroupId);
  }
  const seen = new Set<string>();
  for (const [at, { rules }] of groups.entries()) {
    for (const { egress, protocol, from, to, peer } of rules) {
      const withPorts = protocol === "tcp" || protocol === "udp";
      const ports = withPorts ? { FromPort: from, ToPort: from + to } : {};
      const kinds = protocol === "icmp" ? { FromPort: -1, ToPort: -1 } : {};
      const permission = { IpProtocol: protocol, ...ports, ...kinds, ...peerOf(peer, ids) };
      const everything = egress && protocol === "-1" && peer === "0.0.0.0/0";
      const key = `${at} ${egress} ${JSON.stringify(permission)}`;
      if (seen.has(key) || everything) continue;
      seen.add(key);
      const input = { GroupId: ids[at], IpPermissions: [permission] };
      // A new group of a VPC with IPv6 has some of these rules already.
      await (egress
        ? ec2.send(new AuthorizeSecurityGroupEgressCommand(input))
        : ec2.send(new AuthorizeSecurityGroupIngressCommand(input))
      ).catch((error: unknown) => {
        if (!(error instanceof Error && error.name === "InvalidPermission.Duplicate")) throw error;
      });
    }
  }
  return ids;
}

function peerOf(peer: string | number, ids: readonly string[]): object {
  if (typeof peer === "number") return { UserIdGroupPairs: [{ GroupId: ids[peer % ids.length] }] };
  return peer.includes(":")
    ? { Ipv6Ranges: [{ CidrIpv6: peer }] }
    : { IpRanges: [{ CidrIp: peer }] };
}

/** Contains and releases the account's instance; what is other than before. */
export async function driftOf(emulator: Emulator, spec: Account): Promise<Finding> {
  const world = await build(emulator, spec);
  const before = await world.snapshot();
  const parameters: Parameters = {
    // Systems Manager takes no empty value.
    ...(spec.identifier === "" ? {} : { TagIdentifier: spec.identifier }),
    IngressInput: spec.ingress,
    CreateAMIBackup: String(spec.images),
  };
  const contain = await world.contain(parameters);
  const contained = await world.snapshot();
  const violations = [...lies(contain, world.instanceId, before, before, contained)];
  if (contain.status !== "Success") violations.push(`Contain: ${contain.failure.slice(0, 800)}`);
  else {
    const key = backupKey(contain);
    const release = await world.release(key);
    const after = await world.snapshot();
    violations.push(...drift(before, after), ...taggedObjects(after, key));
    if (release.status !== "Success") violations.push(`Release: ${release.failure.slice(0, 800)}`);
  }
  const facts = {
    account: true,
    status: contain.status,
    interfaces: interfacesOf(before, world.instanceId).length,
    groups: spec.groups.length,
  };
  return { violations, facts };
}

/** The simplest account like the one with this number in which something is wrong too. */
async function shrink(emulator: Emulator, seed: number, at: number): Promise<string> {
  const property = fc.asyncProperty(account, async (spec) => {
    const { violations } = await driftOf(emulator, spec);
    return violations.length === 0;
  });
  const options = { seed, path: String(at), numRuns: 1, interruptAfterTimeLimit: 60_000 };
  const result = await fc.check(property, options);
  return `the simplest account found: ${JSON.stringify(result.counterexample)}`;
}

/** As many random accounts as asked for, the same for the same seed. */
export const driftJobs = (seed: number, count: number): readonly Job[] =>
  fc.sample(account, { seed, numRuns: count }).map(
    (spec, at): Job => ({
      section: "no drift",
      id: `random account ${at}`,
      run: async ({ emulator }) => {
        const finding = await driftOf(emulator, spec);
        if (finding.violations.length === 0) return finding;
        const simplest = await shrink(emulator, seed, at);
        return { ...finding, violations: [...finding.violations, simplest] };
      },
    }),
  );
