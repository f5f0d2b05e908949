import { DescribeInstancesCommand, type EC2Client } from "@aws-sdk/client-ec2";

/** The names of each interface's security groups, by the interface's id. */
export async function groupsNow(
  ec2: EC2Client,
  instanceId: string,
): Promise<ReadonlyMap<string, string>> {
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const interfaces = answer.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  return new Map(
    interfaces.map(({ NetworkInterfaceId = "", Groups = [] }) => [
      NetworkInterfaceId,
      Groups.map(({ GroupName }) => GroupName)
        .sort()
        .join(", "),
    ]),
  );
}
