import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { CreateDocumentCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import {
  type Access,
  clientOptions,
  makeBucket,
  makeNetwork,
  type Network,
  runInstance,
  s3Options,
} from "automation-emulator/sample/account";
import { documentName, runbookDocument } from "./document.ts";
import { finished, type Parameters, type Run, start } from "./run.ts";
import { type Part, type Snapshot, snapshot } from "./snapshot.ts";

export interface TestAccountOptions {
  /** By default an account that nothing has used. */
  readonly accountId?: string;
  /** Default us-east-1. */
  readonly region?: string;
  /** The groups of each of the instance's interfaces, of `web`, `db` and `admin`; three interfaces by default. */
  readonly interfaces?: readonly (readonly ("web" | "db" | "admin")[])[];
  /** Whether the VPC has IPv6; by default it has. */
  readonly ipv6?: boolean;
  /** Whether the bucket is there; by default it is. */
  readonly bucket?: boolean;
  /** Whether the runbook is there already; by default it is published. */
  readonly published?: boolean;
}

export interface Clients {
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly autoscaling: AutoScalingClient;
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly ssm: SSMClient;
}

/** An account with a network, an instance, a bucket, a role and the published runbook. */
export interface TestAccount extends Clients {
  readonly emulator: Emulator;
  readonly access: Access;
  readonly accountId: string;
  readonly network: Network;
  readonly instanceId: string;
  readonly interfaceIds: readonly string[];
  readonly bucket: string;
  /** The role's ARN; it may do everything, unless a test narrows it. */
  readonly role: string;
  /** Starts the runbook for the instance, with these parameters over the usual ones; its execution's id. */
  start(parameters?: Parameters): Promise<string>;
  /** Waits for an execution to end. */
  finished(id: string): Promise<Run>;
  /** Starts the runbook and waits until it has ended. A dry run of Contain, unless told otherwise. */
  run(parameters?: Parameters): Promise<Run>;
  /** Contains the instance, live. */
  contain(parameters?: Parameters): Promise<Run>;
  /** Releases the instance, live, from the backup with this key. */
  release(key: string, parameters?: Parameters): Promise<Run>;
  /** The whole state of the account, but for the parts that are not wanted. */
  snapshot(without?: readonly Part[]): Promise<Snapshot>;
}

/** Clients that act as the administrator of an account. */
export const clientsOf = (access: Access): Clients => ({
  ec2: new EC2Client(clientOptions(access)),
  s3: new S3Client(s3Options(access)),
  autoscaling: new AutoScalingClient(clientOptions(access)),
  kms: new KMSClient(clientOptions(access)),
  iam: new IAMClient(clientOptions(access)),
  ssm: new SSMClient(clientOptions(access)),
});

let lastAccount = 200_000_000_000;

/** The number of an account that nobody in this test file has used. */
export function freshAccount(): string {
  lastAccount += 1;
  return String(lastAccount);
}

/** A role that SSM may assume and that may do everything; its ARN. */
export async function makeRole(iam: IAMClient, name = "Automation"): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  };
  const made = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const policy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "All",
      PolicyDocument: JSON.stringify(policy),
    }),
  );
  return made.Role?.Arn ?? "";
}

/** Publishes the runbook in an account, as the emulated SSM takes it. */
export async function publish(ssm: SSMClient): Promise<void> {
  await ssm.send(
    new CreateDocumentCommand({
      Name: documentName,
      Content: runbookDocument().yaml,
      DocumentFormat: "YAML",
      DocumentType: "Automation",
    }),
  );
}

/** Makes a fresh account with an instance outside any Auto Scaling group. */
export async function makeTestAccount(
  emulator: Emulator,
  options: TestAccountOptions = {},
): Promise<TestAccount> {
  const accountId = options.accountId ?? freshAccount();
  const access = { endpoint: emulator.endpoint, accountId, region: options.region ?? "us-east-1" };
  const clients = clientsOf(access);
  const { ec2, ssm, iam } = clients;
  const bucket = `evidence-${accountId}`;
  const [network, role] = await Promise.all([
    makeNetwork(ec2, ["web", "db", "admin"], options.ipv6 ?? true),
    makeRole(iam),
    options.published === true ? undefined : publish(ssm),
    options.bucket === false ? undefined : makeBucket(access, bucket),
  ]);
  const wanted = options.interfaces ?? [["web"], ["web", "db"], ["admin"]];
  const instance = await runInstance(
    ec2,
    network.subnetId,
    wanted.map((names) => names.map((name) => network.groups[name] ?? "")),
  );
  return testAccountOf(emulator, access, clients, { ...instance, network, bucket, role });
}

type Parts = Pick<TestAccount, "network" | "instanceId" | "interfaceIds" | "bucket" | "role">;

/** The same account with another instance in the place of the first. */
export const withInstance = (
  testAccount: TestAccount,
  instanceId: string,
  interfaceIds: readonly string[] = [],
): TestAccount =>
  testAccountOf(testAccount.emulator, testAccount.access, testAccount, {
    ...parts(testAccount),
    instanceId,
    interfaceIds,
  });

const parts = ({ network, instanceId, interfaceIds, bucket, role }: TestAccount): Parts => ({
  network,
  instanceId,
  interfaceIds,
  bucket,
  role,
});

function testAccountOf(
  emulator: Emulator,
  access: Access,
  clients: Clients,
  given: Parts,
): TestAccount {
  const usual = {
    InstanceId: given.instanceId,
    S3BucketName: given.bucket,
    AutomationAssumeRole: given.role,
  };
  const begin = (parameters: Parameters = {}): Promise<string> =>
    start(clients.ssm, { ...usual, ...parameters });
  const end = (id: string): Promise<Run> => finished(clients.ssm, emulator.engine, id);
  const run = async (parameters: Parameters = {}): Promise<Run> => end(await begin(parameters));
  const { ec2, s3, autoscaling, kms, iam, ssm } = clients;
  return {
    ...{ ec2, s3, autoscaling, kms, iam, ssm },
    ...given,
    emulator,
    access,
    accountId: access.accountId,
    start: begin,
    finished: end,
    run,
    contain: (parameters = {}) => run({ DryRun: "false", ...parameters }),
    release: (key, parameters = {}) =>
      run({ Action: "Release", DryRun: "false", S3PrefixName: key, ...parameters }),
    snapshot: (without) => snapshot(clients, without),
  };
}

/** The key of the backup that a report of Contain names. */
export function backupKey(run: Run): string {
  const uri = run.json.Backup;
  const found = /^s3:\/\/[^/]+\/(\S+\.json)$/.exec(Array.isArray(uri) ? String(uri[0]) : "");
  if (found?.[1] === undefined) throw new Error(`The report names no backup:\n${run.report}`);
  return found[1];
}
