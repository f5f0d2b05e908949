import {
  DescribeInternetGatewaysCommand,
  type Filter,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
  type Tag,
} from "@aws-sdk/client-ec2";
import { paginateListInstanceProfiles, paginateListRoles } from "@aws-sdk/client-iam";
import { paginateListBuckets } from "@aws-sdk/client-s3";
import { paginateListDocuments } from "@aws-sdk/client-ssm";
import { isFinal, listExecutions } from "../operate/follow.ts";
import { inOrder, type Made } from "./registry.ts";
import { type Clients, nameOf, RUN_TAG } from "./run.ts";

/**
 * All that a run has left in an account and Region, found by its tag, by its names, and in the network that is its own:
 * what a process made that was killed, too. In the order in which it is removed.
 *
 * @param id of the run
 */
export async function findMade(clients: Clients, id: string): Promise<readonly Made[]> {
  const found = await Promise.all([
    executionsOf(clients, id),
    documentsOf(clients, id),
    instancesOf(clients, id),
    networkOf(clients, id),
    identitiesOf(clients, id),
    bucketsOf(clients, id),
  ]);
  return inOrder(found.flat());
}

/** The ids of the runs that have left something with a tag or the name of a document. */
export async function runsThatLeft({ ec2, ssm }: Clients): Promise<readonly string[]> {
  const ids = new Set<string>();
  const tagged: Filter[] = [{ Name: "tag-key", Values: [RUN_TAG] }];
  for await (const page of paginateDescribeVpcs({ client: ec2 }, { Filters: tagged }))
    for (const { Tags = [] } of page.Vpcs ?? [])
      ids.add(Tags.find(({ Key }) => Key === RUN_TAG)?.Value ?? "");
  const named = [
    { Key: "Name", Values: [nameOf("", "").replace(/-+$/, "-")] },
    { Key: "Owner", Values: ["Self"] },
  ];
  for await (const page of paginateListDocuments({ client: ssm }, { Filters: named }))
    for (const { Name = "" } of page.DocumentIdentifiers ?? [])
      ids.add(/-(20\d{6}-[0-9a-f]{8})-/.exec(Name)?.[1] ?? "");
  return [...ids].filter((id) => id !== "").sort();
}

async function executionsOf({ ssm }: Clients, id: string): Promise<readonly Made[]> {
  const Values = [nameOf(id, "")];
  const all = await listExecutions(ssm, [{ Key: "DocumentNamePrefix", Values }]);
  return all
    .filter(({ DocumentName = "" }) => isNamed(DocumentName, id))
    .filter(({ AutomationExecutionStatus = "" }) => !isFinal(AutomationExecutionStatus))
    .map((each) => ({ kind: "execution", id: each.AutomationExecutionId ?? "" }));
}

async function documentsOf({ ssm }: Clients, id: string): Promise<readonly Made[]> {
  const found: Made[] = [];
  const Filters = [
    { Key: "Name", Values: [nameOf(id, "")] },
    { Key: "Owner", Values: ["Self"] },
  ];
  for await (const page of paginateListDocuments({ client: ssm }, { Filters }))
    for (const { Name = "" } of page.DocumentIdentifiers ?? [])
      if (isNamed(Name, id)) found.push({ kind: "document", id: Name });
  return found;
}

async function instancesOf({ ec2 }: Clients, id: string): Promise<readonly Made[]> {
  const found: Made[] = [];
  const states = ["pending", "running", "shutting-down", "stopping", "stopped"];
  const Filters: Filter[] = [...taggedBy(id), { Name: "instance-state-name", Values: states }];
  for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters }))
    for (const { Instances = [] } of page.Reservations ?? [])
      for (const { InstanceId = "", Tags } of Instances)
        if (isTagged(Tags, id)) found.push({ kind: "instance", id: InstanceId });
  return found;
}

// What is found is removed: that it is the run's own is never left to a filter alone.
const isNamed = (name: string, id: string): boolean => name.startsWith(nameOf(id, ""));
const isTagged = (tags: readonly Tag[] | undefined, id: string): boolean =>
  tags?.some(({ Key, Value }) => Key === RUN_TAG && Value === id) ?? false;

const taggedBy = (id: string): Filter[] => [{ Name: `tag:${RUN_TAG}`, Values: [id] }];

/** The networks of a run, with all that is in them: they are nobody else's. */
async function networkOf({ ec2 }: Clients, id: string): Promise<readonly Made[]> {
  const found: Made[] = [];
  for await (const page of paginateDescribeVpcs({ client: ec2 }, { Filters: taggedBy(id) }))
    for (const { VpcId = "", Tags } of page.Vpcs ?? [])
      if (isTagged(Tags, id)) found.push({ kind: "vpc", id: VpcId });
  const gateways = await ec2.send(new DescribeInternetGatewaysCommand({ Filters: taggedBy(id) }));
  for (const { InternetGatewayId = "", Tags } of gateways.InternetGateways ?? [])
    if (isTagged(Tags, id)) found.push({ kind: "gateway", id: InternetGatewayId });
  const Values = found.filter(({ kind }) => kind === "vpc").map((vpc) => vpc.id);
  if (Values.length === 0) return found;
  const Filters: Filter[] = [{ Name: "vpc-id", Values }];
  for await (const page of paginateDescribeNetworkInterfaces(
    { client: ec2 },
    { Filters: [...Filters, { Name: "status", Values: ["available"] }] },
  ))
    for (const { NetworkInterfaceId = "" } of page.NetworkInterfaces ?? [])
      found.push({ kind: "interface", id: NetworkInterfaceId });
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, { Filters }))
    for (const { GroupId = "", GroupName } of page.SecurityGroups ?? [])
      if (GroupName !== "default") found.push({ kind: "group", id: GroupId });
  for await (const page of paginateDescribeRouteTables({ client: ec2 }, { Filters }))
    for (const { RouteTableId = "", Associations = [] } of page.RouteTables ?? [])
      if (!Associations.some(({ Main }) => Main))
        found.push({ kind: "route table", id: RouteTableId });
  for await (const page of paginateDescribeSubnets({ client: ec2 }, { Filters }))
    for (const { SubnetId = "" } of page.Subnets ?? [])
      found.push({ kind: "subnet", id: SubnetId });
  return found;
}

async function identitiesOf({ iam }: Clients, id: string): Promise<readonly Made[]> {
  const found: Made[] = [];
  for await (const page of paginateListInstanceProfiles({ client: iam }, {}))
    for (const { InstanceProfileName = "" } of page.InstanceProfiles ?? [])
      if (isNamed(InstanceProfileName, id))
        found.push({ kind: "profile", id: InstanceProfileName });
  for await (const page of paginateListRoles({ client: iam }, {}))
    for (const { RoleName = "" } of page.Roles ?? [])
      if (isNamed(RoleName, id)) found.push({ kind: "role", id: RoleName });
  return found;
}

async function bucketsOf({ s3 }: Clients, id: string): Promise<readonly Made[]> {
  const found: Made[] = [];
  for await (const page of paginateListBuckets({ client: s3 }, { Prefix: nameOf(id, "") }))
    for (const { Name = "" } of page.Buckets ?? [])
      if (isNamed(Name, id)) found.push({ kind: "bucket", id: Name });
  return found;
}
