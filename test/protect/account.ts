/** An account whose instance has something to protect: volumes, Elastic IPs, and a role with sessions. */
import {
  AllocateAddressCommand,
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  type EC2Client,
  type Instance,
  ModifyInstanceAttributeCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateDocumentCommand } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { runInstance } from "automation-emulator/sample/account";
import { findPython } from "automation-language/python";
import { type Compiled, compile } from "../../document/compile.ts";
import { protectPolicy } from "../../document/protect/policy.ts";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { type Parameters, type Run, start } from "../account/run.ts";
import { makeRole, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

let compiled: Compiled | undefined;

/** ProtectEC2Evidence as `npm run build` writes it, compiled once in a test file. */
export function protectDocument(): Compiled {
  compiled ??= compile(findPython(), protectEvidence);
  return compiled;
}

/** The name of the instance's role. */
export const instanceRole = "app";
const profile = { InstanceProfileName: "app-profile" };

export interface Protecting extends TestAccount {
  /** Of the Elastic IPs: one on the first interface's primary private address, one on the second address of it. */
  readonly allocations: readonly string[];
  /** Runs the document for the instance: a dry run of Protect, unless told otherwise. */
  run(parameters?: Parameters): Promise<Run>;
  protect(parameters?: Parameters): Promise<Run>;
  /** Protects: the sweeps of the containment go over this document as well. */
  contain(parameters?: Parameters): Promise<Run>;
  release(key: string, parameters?: Parameters): Promise<Run>;
  instance(): Promise<Instance>;
  /** Starts another instance with the same role; its id. */
  neighbour(): Promise<string>;
}

/** The test account's instance as EC2 describes it. */
export async function describeInstance({ ec2, instanceId }: TestAccount): Promise<Instance> {
  const found = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const [instance] = found.Reservations?.[0]?.Instances ?? [];
  if (instance === undefined) throw new Error(`There is no ${instanceId}.`);
  return instance;
}

/** Makes the account, the document in it, and the role that it acts as, held to the policy that it is deployed with. */
export async function makeProtecting(emulator: Emulator): Promise<Protecting> {
  const base = await makeTestAccount(emulator, {
    interfaces: [["web"], ["db"]],
    published: true,
  });
  const { accountId, access, iam, ssm, bucket } = base;
  const [role, allocations] = await Promise.all([
    makeRole(iam, "Protect"),
    prepareEvidence(base),
    ssm.send(
      new CreateDocumentCommand({
        Name: protectEvidence.name,
        Content: protectDocument().yaml,
        DocumentFormat: "YAML",
        DocumentType: "Automation",
      }),
    ),
  ]);
  const scope = { partition: "aws", accountId, regions: [access.region], roles: [instanceRole] };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "Protect",
      PolicyName: "All",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: protectPolicy(scope).map(({ statement }) => statement),
      }),
    }),
  );
  emulator.iam.enforce(role);
  return protectingOf({ ...base, role }, bucket, allocations);
}

function protectingOf(
  testAccount: TestAccount,
  bucket: string,
  allocations: readonly string[],
): Protecting {
  const { ssm, instanceId, role, finished } = testAccount;
  const begin = (parameters: Parameters = {}): Promise<string> => {
    const usual = {
      InstanceId: instanceId,
      S3BucketName: bucket,
      AutomationAssumeRole: role,
    };
    return start(ssm, { ...usual, ...parameters }, protectEvidence.name);
  };
  const run = async (parameters: Parameters = {}): Promise<Run> =>
    finished(await begin(parameters));
  const protect = (parameters: Parameters = {}): Promise<Run> =>
    run({ DryRun: "false", ...parameters });
  return {
    ...testAccount,
    allocations,
    start: begin,
    run,
    contain: protect,
    protect,
    release: (key, parameters = {}) =>
      run({ Action: "Release", DryRun: "false", S3PrefixName: key, ...parameters }),
    instance: () => describeInstance(testAccount),
    neighbour: async () => {
      const { ec2, network } = testAccount;
      const made = await runInstance(ec2, network.subnetId, [[network.groups.web ?? ""]]);
      await attachProfile(ec2, made.instanceId);
      return made.instanceId;
    },
  };
}

/** Gives the instance volumes, addresses and a role, none of which is protected; the allocations of the addresses. */
export async function prepareEvidence(
  testAccount: TestAccount,
  role: string = instanceRole,
): Promise<readonly string[]> {
  const [allocations] = await Promise.all([
    giveAddresses(testAccount),
    giveRole(testAccount, role),
    giveVolume(testAccount),
    testAccount.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: testAccount.instanceId,
        InstanceInitiatedShutdownBehavior: { Value: "terminate" },
      }),
    ),
  ]);
  return allocations;
}

/** Two Elastic IPs on the first interface. */
async function giveAddresses(testAccount: TestAccount): Promise<readonly string[]> {
  const { ec2, interfaceIds } = testAccount;
  const NetworkInterfaceId = interfaceIds[0];
  await ec2.send(
    new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
  );
  const { NetworkInterfaces } = await describeInstance(testAccount);
  const own = NetworkInterfaces?.find((one) => one.NetworkInterfaceId === NetworkInterfaceId);
  const made: string[] = [];
  for (const { PrivateIpAddress } of own?.PrivateIpAddresses ?? []) {
    const { AllocationId = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    await ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId, PrivateIpAddress }),
    );
    made.push(AllocationId);
  }
  return made;
}

/** A role for the instance, with a policy of its own. */
async function giveRole({ iam, ec2, instanceId }: TestAccount, role: string): Promise<void> {
  await makeRole(iam, role);
  await iam.send(new CreateInstanceProfileCommand(profile));
  await iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: role }));
  await attachProfile(ec2, instanceId);
}

const attachProfile = (ec2: EC2Client, InstanceId: string): Promise<unknown> =>
  ec2.send(
    new AssociateIamInstanceProfileCommand({
      InstanceId,
      IamInstanceProfile: { Name: profile.InstanceProfileName },
    }),
  );

/** A second volume, which goes with the instance as the first does. */
async function giveVolume(testAccount: TestAccount): Promise<void> {
  const { ec2, instanceId } = testAccount;
  const { Placement } = await describeInstance(testAccount);
  const made = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: Placement?.AvailabilityZone, Size: 8 }),
  );
  const Device = "/dev/sdf";
  await ec2.send(
    new AttachVolumeCommand({ VolumeId: made.VolumeId, InstanceId: instanceId, Device }),
  );
  await ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: instanceId,
      BlockDeviceMappings: [{ DeviceName: Device, Ebs: { DeleteOnTermination: true } }],
    }),
  );
}
