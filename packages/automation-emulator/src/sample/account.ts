import { Agent } from "node:http";
import {
  AttachNetworkInterfaceCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** How to reach an account of the emulator. */
export interface Access {
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
}

/** One for all clients: a sweep makes thousands, and each of its own would keep connections open. */
const httpAgent = new Agent({ keepAlive: true, maxSockets: 50 });

/** Options of any SDK client that acts as the account's administrator. */
export const clientOptions = ({ endpoint, accountId, region }: Access) => ({
  endpoint,
  region,
  credentials: { accessKeyId: accountId, secretAccessKey: "emulator" },
  maxAttempts: 3,
  requestHandler: { httpAgent },
});

/** The options of an S3 client: loopback has no host names for buckets. */
export const s3Options = (access: Access) => ({ ...clientOptions(access), forcePathStyle: true });

export interface Network {
  readonly vpcId: string;
  readonly subnetId: string;
  /** Ids of security groups, by their names. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Makes a VPC with a subnet, with IPv6 unless told otherwise, and security groups with one ingress rule each. */
export async function makeNetwork(
  ec2: EC2Client,
  names: readonly string[],
  ipv6 = true,
): Promise<Network> {
  const vpc = await ec2.send(
    new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: ipv6 }),
  );
  const vpcId = told(vpc.Vpc?.VpcId);
  const subnet = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.1.0/24" }),
  );
  const groups: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const group = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId }),
    );
    const GroupId = told(group.GroupId);
    const port = { IpProtocol: "tcp", FromPort: 443 + index, ToPort: 443 + index };
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ ...port, IpRanges: [{ CidrIp: "10.0.0.0/16" }] }],
      }),
    );
    groups[name] = GroupId;
  }
  return { vpcId, subnetId: told(subnet.Subnet?.SubnetId), groups };
}

export interface Instance {
  readonly instanceId: string;
  readonly interfaceIds: readonly string[];
}

/**
 * Runs an instance with as many network interfaces as groups are given: one list of group ids for each.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
 */
export async function runInstance(
  ec2: EC2Client,
  subnetId: string,
  interfaces: readonly (readonly string[])[],
): Promise<Instance> {
  const images = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], MaxResults: 5 }));
  const run = await ec2.send(
    new RunInstancesCommand({
      ImageId: told(images.Images?.[0]?.ImageId),
      // More interfaces than 15 take a type with several network cards.
      InstanceType: interfaces.length > 15 ? "p5.48xlarge" : "m5.large",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: subnetId, Groups: [...(interfaces[0] ?? [])] },
      ],
    }),
  );
  const instance = run.Instances?.[0];
  const instanceId = told(instance?.InstanceId);
  const interfaceIds = [told(instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId)];
  for (const groups of interfaces.slice(1))
    interfaceIds.push(
      await attachInterface(ec2, instanceId, subnetId, groups, interfaceIds.length),
    );
  return { instanceId, interfaceIds };
}

/** Makes a network interface and attaches it; its id. */
export async function attachInterface(
  ec2: EC2Client,
  instanceId: string,
  subnetId: string,
  groups: readonly string[],
  deviceIndex: number,
): Promise<string> {
  const made = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: subnetId, Groups: [...groups] }),
  );
  const NetworkInterfaceId = told(made.NetworkInterface?.NetworkInterfaceId);
  await ec2.send(
    new AttachNetworkInterfaceCommand({
      InstanceId: instanceId,
      NetworkInterfaceId,
      DeviceIndex: deviceIndex,
    }),
  );
  return NetworkInterfaceId;
}

/** Makes a private, versioned bucket. */
export async function makeBucket(access: Access, name: string): Promise<void> {
  const s3 = new S3Client(s3Options(access));
  await s3.send(
    new CreateBucketCommand({
      Bucket: name,
      ...(access.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: access.region as "eu-west-1" } }),
    }),
  );
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: name,
      VersioningConfiguration: { Status: "Enabled" },
    }),
  );
}

export const ec2Client = (access: Access): EC2Client => new EC2Client(clientOptions(access));

/** What an answer of the emulator must have. */
function told<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The emulator left out of its answer what AWS gives.");
  return value;
}
