/** What the runbook's role may not touch: what the runbook did not make, and what is not the instance's. */
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Emulator } from "automation-emulator";
import { assumeRole } from "automation-emulator/engine/role";
import { clientOptions, s3Options } from "automation-emulator/sample/account";
import { makeAutoScalingGroup } from "../../world/asg.ts";
import { makeWorld, type World } from "../../world/world.ts";
import type { Finding, Job } from "./jobs.ts";
import { hold } from "./privilege.ts";

interface Session {
  readonly credentials: Awaited<ReturnType<typeof assumeRole>>;
  readonly ec2: EC2Client;
  readonly autoscaling: AutoScalingClient;
  readonly s3: S3Client;
}

type Attempt = (as: Session, world: World, stranger: World) => Promise<unknown>;

const BACKUP_TAG = { Key: "ContainEC2Instance:Backup", Value: "s3://x/y.json" };
const permission = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

const forbidden: Readonly<Record<string, Attempt>> = {
  "open a group that the runbook did not make": ({ ec2 }, { network }) =>
    ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: network.groups.web,
        IpPermissions: [permission],
      }),
    ),
  "close such a group": ({ ec2 }, { network }) =>
    ec2.send(
      new RevokeSecurityGroupEgressCommand({
        GroupId: network.groups.web,
        IpPermissions: [permission],
      }),
    ),
  "delete such a group": ({ ec2 }, { network }) =>
    ec2.send(new DeleteSecurityGroupCommand({ GroupId: network.groups.admin })),
  "make such a group its own by the tag": ({ ec2 }, { network }) =>
    ec2.send(new CreateTagsCommand({ Resources: [network.groups.web ?? ""], Tags: [BACKUP_TAG] })),
  "make a group without the tag": ({ ec2 }, { network }) =>
    ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "loose",
        Description: "loose",
        VpcId: network.vpcId,
      }),
    ),
  "tag the instance with something else alone": ({ ec2 }, { instanceId }) =>
    ec2.send(
      new CreateTagsCommand({
        Resources: [instanceId],
        Tags: [{ Key: "Name", Value: "mine" }],
      }),
    ),
  "take tags from an instance that is not contained": ({ ec2 }, { instanceId }) =>
    ec2.send(new DeleteTagsCommand({ Resources: [instanceId], Tags: [{ Key: "Name" }] })),
  "terminate the instance": ({ ec2 }, { instanceId }) =>
    ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
  "change the instance": ({ ec2 }, { instanceId }) =>
    ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        DisableApiTermination: { Value: false },
      }),
    ),
  "run an instance": ({ ec2 }) =>
    ec2.send(new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 })),
  "set a group's MaxSize": ({ autoscaling }) =>
    autoscaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "fleet", MaxSize: 9 }),
    ),
  "read an object that is no backup": ({ s3 }, { bucket }) =>
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: "secret.txt" })),
  "write an object that is no backup": ({ s3 }, { bucket }) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: "code.zip", Body: "x" })),
  "delete a backup": ({ s3 }, { bucket }) =>
    s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "backup.json" })),
  "write to another account's bucket": ({ s3 }, _, stranger) =>
    s3.send(new PutObjectCommand({ Bucket: stranger.bucket, Key: "stolen.json", Body: "x" })),
  "list another account's bucket": ({ s3 }, _, stranger) =>
    s3.send(new ListObjectsV2Command({ Bucket: stranger.bucket })),
};

async function scopes(emulator: Emulator): Promise<Finding> {
  const [world, stranger] = await Promise.all([
    makeWorld(emulator, { interfaces: [["db"]] }),
    makeWorld(emulator, { interfaces: [["db"]] }),
  ]);
  await makeAutoScalingGroup(world, { min: 0, max: 1, desired: 0 });
  await world.s3.send(
    new PutObjectCommand({ Bucket: world.bucket, Key: "secret.txt", Body: "secret" }),
  );
  await world.s3.send(
    new PutObjectCommand({ Bucket: world.bucket, Key: "backup.json", Body: "{}" }),
  );
  const before = await world.snapshot();
  await hold(emulator, world);
  const as = await session(world);
  const wrong: string[] = [];
  // The session is one of the role's: what the policy has must work.
  await as.ec2.send(new DescribeInstancesCommand({}));
  for (const [name, attempt] of Object.entries(forbidden)) {
    const code = await attempt(as, world, stranger).then(
      () => "nothing",
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    if (!/AccessDenied|UnauthorizedOperation/.test(code)) wrong.push(`it may ${name}: ${code}`);
  }
  const elsewhere = new EC2Client({
    ...clientOptions({ ...world.access, region: "eu-west-1" }),
    credentials: as.credentials,
  });
  const code = await elsewhere.send(new DescribeInstancesCommand({})).then(
    () => "nothing",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  if (code !== "UnauthorizedOperation") wrong.push(`it may look in another Region: ${code}`);
  if (JSON.stringify(before) !== JSON.stringify(await world.snapshot()))
    wrong.push("something was changed");
  return { violations: wrong, facts: { forbidden: Object.keys(forbidden).length + 1 } };
}

/** Clients with the role's keys, as Systems Manager gets them. */
async function session(world: World): Promise<Session> {
  const admin = { accessKeyId: world.accountId, secretAccessKey: "emulator", sessionToken: "" };
  const id = "00000000-0000-4000-8000-000000000000";
  const { endpoint, region } = world.access;
  const credentials = await assumeRole(endpoint, region, admin, world.role, id);
  const options = { ...clientOptions(world.access), credentials };
  return {
    credentials,
    ec2: new EC2Client(options),
    autoscaling: new AutoScalingClient(options),
    s3: new S3Client({ ...s3Options(world.access), credentials }),
  };
}

export const scopeJob: Job = {
  section: "least privilege",
  id: "what the role may not touch",
  run: ({ emulator }) => scopes(emulator),
};
