import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import {
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { DescribeKeyCommand, ListAliasesCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { bucketsOf } from "./snapshot.buckets.ts";
import { byKey, type Plain, tagMap } from "./snapshot.plain.ts";
import type { Clients } from "./testAccount.ts";

/** The whole state of an account in one Region, as plain data in a fixed order. */
export type Snapshot = Readonly<Record<string, Plain>>;

/** What reads a part of the state. */
const readers = {
  machines: ({ ec2 }: Clients) => instances(ec2),
  network: ({ ec2 }: Clients) => interfaces(ec2),
  groups: ({ ec2 }: Clients) => securityGroups(ec2),
  images: ({ ec2 }: Clients) => ownImages(ec2),
  snapshots: ({ ec2 }: Clients) => ownSnapshots(ec2),
  volumes: ({ ec2 }: Clients) => allVolumes(ec2),
  scaling: autoScalingGroups,
  buckets: ({ s3 }: Clients) => bucketsOf(s3),
  keys: kmsKeys,
  roles: ({ iam }: Clients) => iamRoles(iam),
  tags: ({ ec2 }: Clients) => allTags(ec2),
  addresses: ({ ec2 }: Clients) => elasticIps(ec2),
};

export type Part = keyof typeof readers;

/** Reads the state of an account, but for some parts: all but Systems Manager's own documents and executions. */
export async function snapshot(clients: Clients, without: readonly Part[] = []): Promise<Snapshot> {
  const wanted = Object.entries(readers).filter(([part]) => !without.includes(part as Part));
  const read = wanted.map(async ([part, reader]) => [part, await reader(clients)] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function instances(ec2: EC2Client): Promise<Plain> {
  const found = await ec2.send(new DescribeInstancesCommand({}));
  const all = (found.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  const attributes = await Promise.all(all.map((one) => attributesOf(ec2, one.InstanceId ?? "")));
  const withAttributes = all.map((one, at) => ({ ...one, attributes: attributes[at] ?? {} }));
  return byKey(withAttributes, "InstanceId", (one) => ({
    attributes: one.attributes,
    volumes: (one.BlockDeviceMappings ?? []).map(
      ({ DeviceName, Ebs }) => `${DeviceName} ${Ebs?.VolumeId} deleted ${Ebs?.DeleteOnTermination}`,
    ),
    profile: one.IamInstanceProfile?.Arn ?? "",
    state: one.State?.Name ?? "",
    image: one.ImageId ?? "",
    rootDevice: one.RootDeviceType ?? "",
    interfaces: (one.NetworkInterfaces ?? []).map((part) => part.NetworkInterfaceId ?? "").sort(),
    groups: (one.SecurityGroups ?? []).map((group) => group.GroupId ?? "").sort(),
    tags: tagMap(one.Tags),
  }));
}

/** What DescribeInstances does not tell of an instance. */
async function attributesOf(ec2: EC2Client, InstanceId: string): Promise<Plain> {
  const [protection, behavior] = await Promise.all(
    (["disableApiTermination", "instanceInitiatedShutdownBehavior"] as const).map((Attribute) =>
      ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })),
    ),
  );
  return {
    protected: protection?.DisableApiTermination?.Value ?? false,
    shutdown: behavior?.InstanceInitiatedShutdownBehavior?.Value ?? "",
  };
}

/** Elastic IPs, and where they are. */
async function elasticIps(ec2: EC2Client): Promise<Plain> {
  const found = await ec2.send(new DescribeAddressesCommand({}));
  return byKey(found.Addresses ?? [], "AllocationId", (one) => ({
    interface: one.NetworkInterfaceId ?? "",
    address: one.PrivateIpAddress ?? "",
  }));
}

async function interfaces(ec2: EC2Client): Promise<Plain> {
  const [parts, subnets, vpcs, pairs] = await Promise.all([
    ec2.send(new DescribeNetworkInterfacesCommand({})),
    ec2.send(new DescribeSubnetsCommand({})),
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeKeyPairsCommand({})),
  ]);
  return {
    interfaces: byKey(parts.NetworkInterfaces ?? [], "NetworkInterfaceId", (one) => ({
      groups: (one.Groups ?? []).map((group) => group.GroupId ?? "").sort(),
      instance: one.Attachment?.InstanceId ?? "",
      status: one.Status ?? "",
      subnet: one.SubnetId ?? "",
      tags: tagMap(one.TagSet),
    })),
    subnets: byKey(subnets.Subnets ?? [], "SubnetId", (one) => ({ vpc: one.VpcId ?? "" })),
    vpcs: byKey(vpcs.Vpcs ?? [], "VpcId", (one) => ({ cidr: one.CidrBlock ?? "" })),
    keyPairs: (pairs.KeyPairs ?? []).map((pair) => pair.KeyName ?? "").sort(),
  };
}

/** Rules in a form that is the same however EC2 puts them together. */
export const rulesOf = (permissions: readonly IpPermission[] | undefined): string[] =>
  (permissions ?? [])
    .flatMap((one) => {
      const what = `${one.IpProtocol ?? ""} ${one.FromPort ?? ""}-${one.ToPort ?? ""}`;
      return [
        ...(one.IpRanges ?? []).map((range) => `${what} ${range.CidrIp}`),
        ...(one.Ipv6Ranges ?? []).map((range) => `${what} ${range.CidrIpv6}`),
        ...(one.UserIdGroupPairs ?? []).map((pair) => `${what} ${pair.GroupId}`),
        ...(one.PrefixListIds ?? []).map((list) => `${what} ${list.PrefixListId}`),
      ];
    })
    .sort();

async function securityGroups(ec2: EC2Client): Promise<Plain> {
  const found = await ec2.send(new DescribeSecurityGroupsCommand({}));
  return byKey(found.SecurityGroups ?? [], "GroupId", (one) => ({
    name: one.GroupName ?? "",
    vpc: one.VpcId ?? "",
    ingress: rulesOf(one.IpPermissions),
    egress: rulesOf(one.IpPermissionsEgress),
    tags: tagMap(one.Tags),
  }));
}

async function ownImages(ec2: EC2Client): Promise<Plain> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  return byKey(Images, "ImageId", (one) => ({
    name: one.Name ?? "",
    state: one.State ?? "",
    disks: (one.BlockDeviceMappings ?? []).map((disk) => ({
      snapshot: disk.Ebs?.SnapshotId ?? "",
      encrypted: disk.Ebs?.Encrypted ?? false,
      key: disk.Ebs?.KmsKeyId ?? "",
    })),
    tags: tagMap(one.Tags),
  }));
}

async function ownSnapshots(ec2: EC2Client): Promise<Plain> {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return byKey(Snapshots, "SnapshotId", (one) => ({
    volume: one.VolumeId ?? "",
    encrypted: one.Encrypted ?? false,
    tags: tagMap(one.Tags),
  }));
}

async function allVolumes(ec2: EC2Client): Promise<Plain> {
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  return byKey(Volumes, "VolumeId", (one) => ({
    state: one.State ?? "",
    encrypted: one.Encrypted ?? false,
    tags: tagMap(one.Tags),
  }));
}

async function allTags(ec2: EC2Client): Promise<Plain> {
  const found = await ec2.send(new DescribeTagsCommand({}));
  return (found.Tags ?? []).map((tag) => `${tag.ResourceId} ${tag.Key}=${tag.Value}`).sort();
}

async function autoScalingGroups({ autoscaling }: Clients): Promise<Plain> {
  const found = await autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  return byKey(found.AutoScalingGroups ?? [], "AutoScalingGroupName", (one) => ({
    min: one.MinSize ?? 0,
    max: one.MaxSize ?? 0,
    desired: one.DesiredCapacity ?? 0,
    suspended: (one.SuspendedProcesses ?? []).map((part) => part.ProcessName ?? "").sort(),
    instances: byKey(one.Instances ?? [], "InstanceId", (member) => ({
      state: member.LifecycleState ?? "",
      health: member.HealthStatus ?? "",
      protected: member.ProtectedFromScaleIn ?? false,
    })),
    tags: tagMap(one.Tags),
  }));
}

async function kmsKeys({ kms }: Clients): Promise<Plain> {
  const [aliases, keys] = await Promise.all([
    kms.send(new ListAliasesCommand({})),
    kms.send(new ListKeysCommand({})),
  ]);
  const described = await Promise.all(
    (keys.Keys ?? []).map((key) => kms.send(new DescribeKeyCommand({ KeyId: key.KeyId }))),
  );
  return {
    aliases: (aliases.Aliases ?? []).map((alias) => alias.AliasName ?? "").sort(),
    // AWS makes its own keys when somebody asks for them.
    keys: byKey(
      described
        .flatMap((one) => (one.KeyMetadata === undefined ? [] : [one.KeyMetadata]))
        .filter((key) => key.KeyManager === "CUSTOMER"),
      "KeyId",
      (key) => ({ state: key.KeyState ?? "" }),
    ),
  };
}

/** Roles and their inline policies. */
async function iamRoles(iam: IAMClient): Promise<Plain> {
  const found = await iam.send(new ListRolesCommand({}));
  const told = await Promise.all(
    (found.Roles ?? []).map(async ({ Arn = "", RoleName = "" }): Promise<[string, Plain]> => {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const texts = await Promise.all(
        PolicyNames.map(async (PolicyName): Promise<[string, Plain]> => {
          const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
          return [PolicyName, decodeURIComponent(policy.PolicyDocument ?? "")];
        }),
      );
      return [Arn, Object.fromEntries(texts)];
    }),
  );
  return Object.fromEntries(told.sort(([one], [other]) => (one < other ? -1 : 1)));
}
