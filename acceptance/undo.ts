import {
  DeleteInternetGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  TerminateInstancesCommand,
  waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2";
import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { DeleteDocumentCommand } from "@aws-sdk/client-ssm";
import pRetry from "p-retry";
import { cancel, isFinal, snapshot } from "../operate/follow.ts";
import type { Kind, Made } from "./registry.ts";
import type { Clients } from "./run.ts";

/** Most seconds that an instance takes to be terminated, or a script to end that was cancelled. */
const LONGEST = 600;

/** Removes a resource; one that is gone already is no error. */
export async function undo(clients: Clients, made: Made, interval: number): Promise<void> {
  await pRetry(() => removers[made.kind](clients, made.id, interval).catch(unlessGone), {
    ...{ retries: 40, factor: 1.3, minTimeout: interval * 1000, maxTimeout: 15_000 },
    shouldRetry: ({ error }) => isBusy(error),
  });
}

function unlessGone(error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  const gone = /NotFound|NoSuch|InvalidDocument$|Gateway\.NotAttached/.test(name);
  if (!gone && !/does not exist/.test(message)) throw error;
}

/**
 * What passes by itself: an interface that is let go a while after its instance, a network that is in use until then,
 * a call too many, an end of AWS's own.
 */
const isBusy = (error: Error): boolean => {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return (
    /DependencyViolation|DeleteConflict|InUse|BucketNotEmpty|OperationAborted|Throttl|LimitExceeded|Timeout|ECONN/i.test(
      `${error.name} ${(error as NodeJS.ErrnoException).code ?? ""}`,
    ) || ($metadata?.httpStatusCode ?? 0) >= 500
  );
};

type Remover = (clients: Clients, id: string, interval: number) => Promise<unknown>;

const removers: Readonly<Record<Kind, Remover>> = {
  // A script that runs on would make something again.
  execution: async ({ ssm }, id, interval) => {
    const { status } = await snapshot(ssm, id);
    if (isFinal(status)) return;
    if (status !== "Cancelling") await cancel(ssm, id).catch(unlessEnded);
    await pRetry(
      async () => {
        if (!isFinal((await snapshot(ssm, id)).status)) throw new Error(`${id} has not ended.`);
      },
      { retries: Math.ceil(LONGEST / interval), factor: 1, minTimeout: interval * 1000 },
    );
  },
  document: ({ ssm }, Name) => ssm.send(new DeleteDocumentCommand({ Name })),
  instance: async ({ ec2 }, id, interval) => {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await waitUntilInstanceTerminated(
      { client: ec2, maxWaitTime: LONGEST, minDelay: interval, maxDelay: Math.max(interval, 15) },
      { InstanceIds: [id] },
    );
  },
  interface: ({ ec2 }, NetworkInterfaceId) =>
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
  group: ({ ec2 }, GroupId) => ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
  gateway: async ({ ec2 }, InternetGatewayId) => {
    const { InternetGateways = [] } = await ec2.send(
      new DescribeInternetGatewaysCommand({ InternetGatewayIds: [InternetGatewayId] }),
    );
    for (const { VpcId } of InternetGateways[0]?.Attachments ?? [])
      await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
  },
  "route table": async ({ ec2 }, RouteTableId) => {
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }),
    );
    for (const { RouteTableAssociationId: AssociationId } of RouteTables[0]?.Associations ?? [])
      await ec2.send(new DisassociateRouteTableCommand({ AssociationId }));
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId }));
  },
  subnet: ({ ec2 }, SubnetId) => ec2.send(new DeleteSubnetCommand({ SubnetId })),
  vpc: ({ ec2 }, VpcId) => ec2.send(new DeleteVpcCommand({ VpcId })),
  profile: async ({ iam }, InstanceProfileName) => {
    const { InstanceProfile } = await iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName }),
    );
    for (const { RoleName } of InstanceProfile?.Roles ?? [])
      await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
  },
  role: async ({ iam }, RoleName) => {
    const [inline, attached] = await Promise.all([
      iam.send(new ListRolePoliciesCommand({ RoleName })),
      iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    ]);
    for (const PolicyName of inline.PolicyNames ?? [])
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    for (const { PolicyArn } of attached.AttachedPolicies ?? [])
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  },
  bucket: async ({ s3 }, Bucket) => {
    for (;;) {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket }),
      );
      const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
        Key,
        VersionId,
      }));
      if (Objects.length === 0) break;
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
    await s3.send(new DeleteBucketCommand({ Bucket }));
  },
};

/** It may have ended between the look and the call. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof Error && error.name === "InvalidAutomationStatusUpdateException"))
    throw error;
}
