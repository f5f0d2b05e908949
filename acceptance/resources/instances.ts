import { randomUUID } from "node:crypto";
import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  waitUntilInstanceRunning,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import type { Run } from "../run.ts";
import { group, INSTANCE_TYPE, network, tagged } from "./network.ts";
import { instanceProfile } from "./roles.ts";

/** The port on which the peer listens. */
export const PORT = 4711;

/** Amazon Linux 2023, with Systems Manager's agent and Python. @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html */
const IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/** An instance with one interface. */
export interface Machine {
  readonly id: string;
  readonly interface: string;
  readonly address: string;
  readonly groups: readonly string[];
}

/** The instance that is contained, and one that holds a connection with it. */
export interface Machines {
  readonly subject: Machine;
  readonly peer: Machine;
}

export const machines = (run: Run): Promise<Machines> =>
  run.once("machines", async () => {
    const [ImageId, groups, profile] = [
      await imageId(run),
      { subject: await group(run, "subject", 22), peer: await group(run, "peer", PORT) },
      await instanceProfile(run),
    ];
    const begin = (of: keyof Machines) => launch(run, ImageId, groups[of], profile);
    const ids = [await begin("subject"), await begin("peer")] as const;
    await waitUntilInstanceRunning(
      {
        client: run.clients.ec2,
        abortSignal: run.signal,
        ...{ maxWaitTime: 300, minDelay: run.interval, maxDelay: Math.max(run.interval, 5) },
      },
      { InstanceIds: [...ids] },
    );
    run.signal.throwIfAborted();
    return { subject: await read(run, ids[0]), peer: await read(run, ids[1]) };
  });

async function imageId({ clients }: Run): Promise<string> {
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name: IMAGE }));
  if (Parameter?.Value === undefined) throw new Error(`${IMAGE} has no value.`);
  return Parameter.Value;
}

async function launch(
  run: Run,
  ImageId: string,
  groupId: string,
  profile: string,
): Promise<string> {
  const { subnet } = await network(run);
  const ClientToken = randomUUID();
  return run.eventually(() =>
    run.registry.numbered("instance", async () => {
      const made = await run.clients.ec2.send(
        new RunInstancesCommand({
          ...{ ImageId, InstanceType: INSTANCE_TYPE, MinCount: 1, MaxCount: 1, ClientToken },
          IamInstanceProfile: { Name: profile },
          MetadataOptions: { HttpTokens: "required" },
          InstanceInitiatedShutdownBehavior: "terminate",
          NetworkInterfaces: [
            {
              ...{ DeviceIndex: 0, SubnetId: subnet, Groups: [groupId] },
              ...{ AssociatePublicIpAddress: true, DeleteOnTermination: true },
            },
          ],
          TagSpecifications: tagged(run, "instance", "volume", "network-interface"),
        }),
      );
      return made.Instances?.[0]?.InstanceId;
    }),
  );
}

async function read({ clients }: Run, id: string): Promise<Machine> {
  const found = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const [first] = found.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  return {
    id,
    interface: first?.NetworkInterfaceId ?? "",
    address: first?.PrivateIpAddress ?? "",
    groups: (first?.Groups ?? []).map(({ GroupId = "" }) => GroupId),
  };
}
