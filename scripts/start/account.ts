import {
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import { CreateDocumentCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import {
  type Access,
  clientOptions,
  ec2Client,
  makeBucket,
  makeNetwork,
  runInstance,
  s3Options,
} from "automation-emulator/sample/account";
import type { Compiled } from "../../document/compile.ts";
import { documentName } from "../../document/runbook.ts";
import { makeRole } from "./role.ts";

/** An account of the emulator with what a run needs. */
export interface RehearsalAccount {
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly instanceId: string;
  readonly bucket: string;
  /** The ARN of the role that the runbook acts as. */
  readonly role: string;
}

/** Makes an instance with three interfaces, a private bucket and the role, and publishes the document. */
export async function makeAccount(
  emulator: Emulator,
  accountId: string,
  region: string,
  { yaml, permissions }: Compiled,
): Promise<RehearsalAccount> {
  const access: Access = { endpoint: emulator.endpoint, accountId, region };
  const ec2 = ec2Client(access);
  const { subnetId, groups } = await makeNetwork(ec2, ["web", "database", "operators"]);
  const { web = "", database = "", operators = "" } = groups;
  await openGroups(ec2, groups);
  const { instanceId } = await runInstance(ec2, subnetId, [[web], [web, database], [operators]]);
  const bucket = `containment-backups-${accountId}`;
  await makeBucket(access, bucket);
  const role = await makeRole(access, permissions);
  const ssm = new SSMClient(clientOptions(access));
  await ssm.send(
    new CreateDocumentCommand({
      Name: documentName,
      Content: yaml,
      DocumentFormat: "YAML",
      DocumentType: "Automation",
      TargetType: "/AWS::EC2::Instance",
    }),
  );
  return { ec2, s3: new S3Client(s3Options(access)), ssm, instanceId, bucket, role };
}

/** Gives the groups rules as they are met with: a web server for everyone, a database for it, a shell for operators. */
async function openGroups(
  ec2: EC2Client,
  { web = "", database = "", operators = "" }: Readonly<Record<string, string>>,
): Promise<void> {
  const tcp = (port: number, from: Partial<IpPermission>): IpPermission => ({
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    ...from,
  });
  const everyone = {
    IpRanges: [{ CidrIp: "0.0.0.0/0" }],
    Ipv6Ranges: [{ CidrIpv6: "::/0" }],
  };
  const rules: readonly (readonly [group: string, permissions: IpPermission[]])[] = [
    [web, [tcp(80, everyone), tcp(443, everyone)]],
    [database, [tcp(5432, { UserIdGroupPairs: [{ GroupId: web }] })]],
    [operators, [tcp(22, { IpRanges: [{ CidrIp: "198.51.100.0/24" }] })]],
  ];
  for (const [GroupId, IpPermissions] of rules)
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}
