import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstanceTypeOfferingsCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import { type Run, tagsOf } from "../run.ts";

/** A network of the run's own, with a way to the internet, by which Run Command's agents reach AWS. */
export interface Network {
  readonly vpc: string;
  readonly subnet: string;
}

export const INSTANCE_TYPE = "t3.nano";

const RANGE = "10.213.47.0/28";

export const tagged = (
  run: Run,
  ...types: readonly ResourceType[]
): { ResourceType: ResourceType; Tags: { Key: string; Value: string }[] }[] =>
  types.map((ResourceType) => ({ ResourceType, Tags: tagsOf(run) }));

export const network = (run: Run): Promise<Network> => run.once("network", () => make(run));

async function make(run: Run): Promise<Network> {
  const { ec2 } = run.clients;
  const vpc = await run.registry.numbered("vpc", async () => {
    const TagSpecifications = tagged(run, "vpc");
    const made = await ec2.send(new CreateVpcCommand({ CidrBlock: RANGE, TagSpecifications }));
    return made.Vpc?.VpcId;
  });
  const AvailabilityZone = await zone(run);
  const subnet = await run.eventually(() =>
    run.registry.numbered("subnet", async () => {
      const TagSpecifications = tagged(run, "subnet");
      const made = await ec2.send(
        new CreateSubnetCommand({
          ...{ VpcId: vpc, CidrBlock: RANGE, AvailabilityZone, TagSpecifications },
        }),
      );
      return made.Subnet?.SubnetId;
    }),
  );
  const gateway = await run.registry.numbered("gateway", async () => {
    const TagSpecifications = tagged(run, "internet-gateway");
    const made = await ec2.send(new CreateInternetGatewayCommand({ TagSpecifications }));
    return made.InternetGateway?.InternetGatewayId;
  });
  await run.eventually(() =>
    ec2.send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway })),
  );
  const table = await run.registry.numbered("route table", async () => {
    const TagSpecifications = tagged(run, "route-table");
    const made = await ec2.send(new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications }));
    return made.RouteTable?.RouteTableId;
  });
  await run.eventually(() =>
    ec2.send(
      new CreateRouteCommand({
        RouteTableId: table,
        DestinationCidrBlock: "0.0.0.0/0",
        GatewayId: gateway,
      }),
    ),
  );
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet }));
  return { vpc, subnet };
}

/** A zone that has the instance type: not every one has. */
async function zone({ clients }: Run): Promise<string | undefined> {
  const { InstanceTypeOfferings = [] } = await clients.ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: [INSTANCE_TYPE] }],
    }),
  );
  return InstanceTypeOfferings.map(({ Location = "" }) => Location).sort()[0];
}

/** A security group of the network, which lets in one port from the network alone; its id. */
export const group = (run: Run, name: string, port: number): Promise<string> =>
  run.once(`group ${name}`, async () => {
    const { vpc } = await network(run);
    const { ec2 } = run.clients;
    const GroupId = await run.registry.numbered("group", async () => {
      const made = await ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: "npm run acceptance",
          VpcId: vpc,
          TagSpecifications: tagged(run, "security-group"),
        }),
      );
      return made.GroupId;
    });
    await run.eventually(() =>
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule(port)] })),
    );
    return GroupId;
  });

export const rule = (port: number) => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: RANGE }],
});
