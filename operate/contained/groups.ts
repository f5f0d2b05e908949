import {
  type EC2Client,
  type NetworkInterface,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { chunks } from "../../common/chunks.ts";
import { BACKUP_TAG, type OwnName, ownName, ownNames } from "../../common/names.ts";

/**
 * A security group with a name of the runbook. Name and description of a group can't be changed; whoever may make
 * groups and put them on interfaces can make one that looks the same, so what it says is checked against executions.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
 */
export interface OwnGroup extends OwnName {
  readonly id: string;
  readonly name: string;
  /** The key of the backup: its description. */
  readonly key: string;
  /** The bucket that its tag says, which whoever may tag can change; empty where there is none. */
  readonly bucket: string;
  /** Its rules in the form of the runbook's reports, such as `Ingress tcp 22-22 192.0.2.10/32`. */
  readonly rules: readonly string[];
  /** The interfaces that are on it. */
  readonly interfaces: readonly { readonly id: string; readonly instance: string }[];
}

/** A group with its name beside its id. */
export const withName = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  `${id} (${name})`;

/** Most values of a filter. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
const FILTER_VALUES = 200;

/**
 * The groups with a name of the runbook, and what is on them.
 *
 * @param names patterns of group names, `*` for any characters
 */
export async function ownGroups(
  ec2: EC2Client,
  names: readonly string[],
): Promise<readonly OwnGroup[]> {
  const groups: SecurityGroup[] = [];
  for (const some of chunks(names, FILTER_VALUES))
    for await (const page of paginateDescribeSecurityGroups(
      { client: ec2 },
      { Filters: [{ Name: "group-name", Values: [...some] }] },
    ))
      groups.push(...(page.SecurityGroups ?? []));
  const ours = groups.flatMap((group) => {
    const name = ownName(group.GroupName ?? "");
    return name === undefined ? [] : [{ group, name }];
  });
  const interfaces = await interfacesOn(
    ec2,
    ours.map(({ group }) => group.GroupId ?? ""),
  );
  return ours.map(({ group, name }) => ownGroup(group, name, interfaces));
}

/** The names of all groups of the runbook, or of those for some instances. */
export const groupNames = (instances?: readonly string[]): readonly string[] =>
  instances === undefined ? [ownNames()] : instances.map((instance) => ownNames({ instance }));

async function interfacesOn(
  ec2: EC2Client,
  groups: readonly string[],
): Promise<readonly NetworkInterface[]> {
  const found = new Map<string, NetworkInterface>();
  for (const some of chunks(groups, FILTER_VALUES))
    for await (const page of paginateDescribeNetworkInterfaces(
      { client: ec2 },
      { Filters: [{ Name: "group-id", Values: [...some] }] },
    ))
      for (const each of page.NetworkInterfaces ?? [])
        found.set(each.NetworkInterfaceId ?? "", each);
  return [...found.values()];
}

function ownGroup(
  group: SecurityGroup,
  said: OwnName,
  interfaces: readonly NetworkInterface[],
): OwnGroup {
  const { GroupId: id = "", GroupName: name = "", Description: key = "" } = group;
  const tag = group.Tags?.find(({ Key }) => Key === BACKUP_TAG)?.Value ?? "";
  return {
    id,
    name,
    ...said,
    key,
    bucket: bucketIn(tag, key),
    rules: [
      ...rulesOf("Ingress", group.IpPermissions ?? []),
      ...rulesOf("Egress", group.IpPermissionsEgress ?? []),
    ].sort(),
    interfaces: interfaces
      .filter(({ Groups = [] }) => Groups.some(({ GroupId }) => GroupId === id))
      .map((each) => ({
        id: each.NetworkInterfaceId ?? "",
        instance: each.Attachment?.InstanceId ?? "",
      })),
  };
}

/**
 * The bucket of a tag that is of this key; empty for any other, and for a text that no bucket is called: whoever may tag
 * chose it, and it is shown in commands to copy.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (old ones have more characters)
 */
export function bucketIn(tag: string, key: string): string {
  const [, bucket = "", rest = ""] = /^s3:\/\/([\w.-]{3,255})\/(.+)$/s.exec(tag) ?? [];
  return rest !== "" && key.startsWith(rest) ? bucket : "";
}

/** In the same form as steps/shared/groups.py has them in its reports. */
const rulesOf = (
  way: "Ingress" | "Egress",
  permissions: NonNullable<SecurityGroup["IpPermissions"]>,
): readonly string[] =>
  permissions.flatMap((permission) => {
    const { IpProtocol = "-1", FromPort = -1, ToPort = -1 } = permission;
    return [
      ...(permission.IpRanges ?? []).map(({ CidrIp = "" }) => CidrIp),
      ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = "" }) => CidrIpv6),
      ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = "" }) => GroupId),
      ...(permission.PrefixListIds ?? []).map(({ PrefixListId = "" }) => PrefixListId),
    ].map((source) => `${way} ${IpProtocol} ${FromPort}-${ToPort} ${source}`);
  });

/** What a key of a backup says: `{prefix/}YYYY/MM/DD/HH/MM/EXECUTION.DIGEST.json`. */
export interface KeyParts {
  readonly written: Date;
  readonly execution: string;
}

/** Undefined for a text that is no key of a backup. */
export function keyParts(key: string): KeyParts | undefined {
  const match =
    /(?:^|\/)(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)\/([^/.]+)\.[0-9a-f]{64}\.json$/.exec(key);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, execution = ""] = match;
  const written = new Date(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(written.getTime()) ? undefined : { written, execution };
}
