/** The situations in which the runbook is tried. */
import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import { PutBucketOwnershipControlsCommand } from "@aws-sdk/client-s3";
import type { Emulator } from "automation-emulator";
import { makeAutoScalingGroup, memberTestAccount, type Sizes } from "../../account/asg.ts";
import type { Parameters, Run } from "../../account/run.ts";
import {
  makeTestAccount,
  type TestAccount,
  type TestAccountOptions,
} from "../../account/testAccount.ts";

/** What a scenario that is not of the containment has in place of the containment's. */
export interface OtherDocument {
  /** What its first action is called; `contain` of the test account does it. */
  readonly begins: string;
  /** The IAM actions that its steps declare. */
  readonly permissions: readonly string[];
  /** The one without which a further run does not find what the first recorded: each backup then stands alone. */
  readonly leads: string;
  /** What a run says of the account and is not so. */
  lies(testAccount: TestAccount, run: Run): Promise<readonly string[]>;
  /** What its first action has not done, though it needs not the permission that was denied. */
  leftUndone(testAccount: TestAccount, denied: string, run: Run): Promise<readonly string[]>;
}

export interface Scenario {
  readonly name: string;
  /** The document, where it is not the one that contains. */
  readonly other?: OtherDocument;
  /** What the runbook is given beyond the instance, the bucket and the role, when it contains. */
  readonly parameters: Parameters;
  /** Makes a fresh account with an instance to contain. */
  make(emulator: Emulator): Promise<TestAccount>;
}

const rules = {
  IngressInput: ['{"Cidr":"203.0.113.9/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}'],
  EgressInput: ['{"Cidr":"2001:db8::/64","IpProtocol":"-1"}'],
};

const plain = (
  name: string,
  options: TestAccountOptions,
  parameters: Parameters = {},
  prepare: (testAccount: TestAccount) => Promise<unknown> = async () => undefined,
): Scenario => ({
  name,
  parameters,
  make: async (emulator) => {
    const testAccount = await makeTestAccount(emulator, options);
    await prepare(testAccount);
    return testAccount;
  },
});

const member = (
  name: string,
  sizes: Sizes,
  parameters: Parameters = {},
  options: TestAccountOptions = {},
): Scenario => ({
  name,
  parameters,
  make: async (emulator) => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["db"]], ...options });
    return memberTestAccount(testAccount, await makeAutoScalingGroup(testAccount, sizes));
  },
});

/** The instance carries another value of the tag that the runbook is asked to put there. */
const tagBefore = ({ ec2, instanceId, interfaceIds }: TestAccount): Promise<unknown> =>
  ec2.send(
    new CreateTagsCommand({
      Resources: [instanceId, ...interfaceIds.slice(0, 1)],
      Tags: [
        { Key: "Case", Value: "before" },
        { Key: "Name", Value: "web 1" },
      ],
    }),
  );

/** A second disk, encrypted with a key of the account, and a bucket that goes by ACLs, which are private. */
const encryptedDisk = async ({
  ec2,
  s3,
  kms,
  instanceId,
  bucket,
}: TestAccount): Promise<unknown> => {
  const found = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const AvailabilityZone = found.Reservations?.[0]?.Instances?.[0]?.Placement?.AvailabilityZone;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KmsKeyId = KeyMetadata?.Arn;
  await kms.send(
    new CreateAliasCommand({ AliasName: "alias/evidence", TargetKeyId: KeyMetadata?.KeyId }),
  );
  const made = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone, Size: 8, Encrypted: true, KmsKeyId }),
  );
  await ec2.send(
    new AttachVolumeCommand({
      VolumeId: made.VolumeId,
      InstanceId: instanceId,
      Device: "/dev/sdf",
    }),
  );
  return s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket: bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
    }),
  );
};

export const scenarios: readonly Scenario[] = [
  plain("one interface", { interfaces: [["web", "db"]] }),
  plain(
    "several interfaces",
    { interfaces: [["web"], ["web", "db"], ["admin"]] },
    { TagIdentifier: "Key=Case,Value=4711", ...rules },
    tagBefore,
  ),
  member("Auto Scaling with room", { min: 1, max: 4, desired: 3 }),
  member(
    "Auto Scaling under MinSize pressure",
    { min: 2, max: 2, desired: 2 },
    { TagIdentifier: "Key=Case,Value=4711" },
  ),
  plain("images", { interfaces: [["web"]] }, { CreateAMIBackup: "true" }),
  plain(
    "images of an encrypted disk",
    { interfaces: [["web"]] },
    { CreateAMIBackup: "true", KmsKey: "alias/evidence" },
    encryptedDisk,
  ),
  plain("a new bucket", { interfaces: [["web"]], bucket: false }),
  member(
    "everything at once",
    { min: 1, max: 1, desired: 1 },
    { CreateAMIBackup: "true", TagIdentifier: "Key=Case,Value=4711", ...rules },
    { bucket: false, ipv6: false },
  ),
];
