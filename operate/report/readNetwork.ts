import {
  DescribeInstancesCommand,
  type EC2Client,
  type Instance,
  paginateDescribeSecurityGroups,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { chunks } from "../../common/chunks.ts";
import { attempting } from "./attempt.ts";
import { type Group, type NetworkInterface, rulesFrom } from "./network.ts";

/** The instance's network as EC2 describes it now. */
export interface NetworkNow {
  readonly read: Date;
  /** Undefined where the instance is gone or may not be read. */
  readonly interfaces: readonly NetworkInterface[] | undefined;
  /** All groups that were asked about or are on an interface, by id; one that is gone is not among them. */
  readonly groups: ReadonlyMap<string, Group>;
  /** What could not be read, a sentence for each. */
  readonly unread: readonly string[];
}

/** Most values of a filter. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
const FILTER_VALUES = 200;

/**
 * Reads the instance's interfaces, their groups and those groups' rules. Calls that describe, no others; what is
 * refused is said and left out.
 *
 * @param groupIds further groups to read, such as those of before
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export async function readNetwork(
  ec2: EC2Client,
  instanceId: string,
  groupIds: readonly string[] = [],
): Promise<NetworkNow> {
  const read = new Date();
  const unread: string[] = [];
  const attempt = attempting(unread);
  const instance = await attempt("The instance can't be read", instanceOf(ec2, instanceId));
  const mine = (instance?.NetworkInterfaces ?? []).flatMap(({ Groups = [] }) => Groups);
  const ids = [...new Set([...groupIds, ...mine.map(({ GroupId = "" }) => GroupId)])];
  const described = (await attempt("Security groups can't be read", groupsWith(ec2, ids))) ?? [];
  const peers = [...new Set(described.flatMap(peersOf))].filter((id) => !ids.includes(id));
  const others =
    (await attempt("Groups that rules name can't be read", groupsWith(ec2, peers))) ?? [];
  const names = new Map(
    [...mine, ...described, ...others].map(({ GroupId = "", GroupName = "" }) => [
      GroupId,
      GroupName,
    ]),
  );
  const groups = new Map(
    described.map((group) => [group.GroupId ?? "", groupOf(group, names)] as const),
  );
  return {
    read,
    unread,
    groups,
    interfaces: instance?.NetworkInterfaces?.map(
      ({ NetworkInterfaceId: id = "", VpcId: vpc = "", Groups = [], ...each }) => ({
        id,
        vpc,
        addresses: [
          each.PrivateIpAddress,
          each.Association?.PublicIp,
          ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
        ].filter((address) => address !== undefined),
        groups: Groups.map(
          ({ GroupId = "", GroupName = "" }) =>
            groups.get(GroupId) ?? unknownGroup(GroupId, GroupName),
        ),
        state: "",
      }),
    ),
  };
}

/** A group of which no rules are known. */
export const unknownGroup = (id: string, name: string): Group => ({
  id,
  name,
  rules: undefined,
  note: "",
});

async function instanceOf(ec2: EC2Client, id: string): Promise<Instance | undefined> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0];
}

async function groupsWith(
  ec2: EC2Client,
  ids: readonly string[],
): Promise<readonly SecurityGroup[]> {
  const found: SecurityGroup[] = [];
  for (const some of chunks(ids, FILTER_VALUES))
    for await (const { SecurityGroups } of paginateDescribeSecurityGroups(
      { client: ec2 },
      { Filters: [{ Name: "group-id", Values: [...some] }] },
    ))
      found.push(...(SecurityGroups ?? []));
  return found;
}

const permissionsOf = ({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup) => [
  ...IpPermissions,
  ...IpPermissionsEgress,
];

const peersOf = (group: SecurityGroup): readonly string[] =>
  permissionsOf(group).flatMap(({ UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.map(({ GroupId = "" }) => GroupId),
  );

const groupOf = (group: SecurityGroup, names: ReadonlyMap<string, string>): Group => ({
  id: group.GroupId ?? "",
  name: group.GroupName ?? "",
  rules: {
    ingress: rulesFrom(group.IpPermissions ?? [], names),
    egress: rulesFrom(group.IpPermissionsEgress ?? [], names),
  },
  note: "",
});
