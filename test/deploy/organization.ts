import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import type { Emulator } from "automation-emulator";
import { execa } from "execa";
import pLimit from "p-limit";
import { inProject } from "../../build/root.ts";

/** The setting by which a command publishes a small document in place of the runbook. */
export const SAMPLE = "documentFile=test/deploy/fixtures/sample.yaml";

/** Options of an SDK client that acts as an account's administrator in the emulator. */
export const as = (emulator: Emulator, account: string, region = "us-east-1") => ({
  endpoint: emulator.endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: "emulator" },
});

/** What a command of package.json printed, and its status. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
  readonly status: number;
}

/** Runs `npm run NAME -- ARGUMENTS` as a person would, without npm's own second of start. */
export async function run(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const result = await execa(
    process.execPath,
    [inProject("scripts", "run.mjs"), `scripts/${name}.ts`, ...args],
    {
      cwd: inProject(),
      env: { ...environment, FORCE_COLOR: "0", NO_COLOR: "1", CI: "1" },
      reject: false,
      all: true,
      stdin: "ignore",
    },
  );
  return {
    stdout: result.stdout,
    stderr: result.stderr,
    all: result.all,
    status: result.exitCode ?? -1,
  };
}

/** An emulated organization: its root, units by name and accounts by number. */
export interface Organization {
  readonly management: string;
  readonly root: string;
  readonly units: Readonly<Record<"top" | "middle" | "bottom", string>>;
  /** Accounts in the order of their making, spread over the root and the three units. */
  readonly accounts: readonly string[];
}

/** Makes an organization with three levels of units and as many member accounts, spread evenly over root and units. */
export async function organization(
  emulator: Emulator,
  management: string,
  size: number,
): Promise<Organization> {
  const client = new OrganizationsClient(as(emulator, management));
  await client.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const root = (await client.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? "";
  const unit = async (parent: string, name: string): Promise<string> =>
    (await client.send(new CreateOrganizationalUnitCommand({ ParentId: parent, Name: name })))
      .OrganizationalUnit?.Id ?? "";
  const top = await unit(root, "Workloads");
  const middle = await unit(top, "Production");
  const bottom = await unit(middle, "Payments");
  const places = [root, top, middle, bottom];
  const limit = pLimit(8);
  const accounts = await Promise.all(
    Array.from({ length: size }, (_, number) =>
      limit(async () => {
        const made = await client.send(
          new CreateAccountCommand({
            AccountName: `member-${number}`,
            Email: `member-${number}@example.com`,
          }),
        );
        const id = made.CreateAccountStatus?.AccountId ?? "";
        const place = places[number % places.length] ?? root;
        if (place !== root)
          await client.send(
            new MoveAccountCommand({
              AccountId: id,
              SourceParentId: root,
              DestinationParentId: place,
            }),
          );
        return id;
      }),
    ),
  );
  return { management, root, units: { top, middle, bottom }, accounts };
}

/** The same document with something changed, in a file of its own, as the setting that publishes it. */
export function changedSample(folder: string, name: string, word: string): string {
  const path = join(folder, name);
  const sample = readFileSync(inProject("test/deploy/fixtures/sample.yaml"), "utf8");
  writeFileSync(path, sample.replace('"seen "', `"${word} "`));
  return `documentFile=${path}`;
}

/**
 * Prepares an account for CDK with the CDK command line itself, as `cdk bootstrap` does on AWS.
 *
 * @throws Error with what it said
 */
export async function bootstrap(
  emulator: Emulator,
  account: string,
  region: string,
): Promise<Ended> {
  const output = mkdtempSync(join(tmpdir(), "contain-cdk-"));
  const { stdout, stderr, all, exitCode } = await execa(
    process.execPath,
    [
      inProject("node_modules", "aws-cdk", "bin", "cdk"),
      ...["bootstrap", `aws://${account}/${region}`],
      ...["--output", output, "--context", `contain:${SAMPLE}`],
    ],
    {
      cwd: inProject(),
      env: { ...emulator.env(account), CDK_DISABLE_CLI_TELEMETRY: "true", NODE_NO_WARNINGS: "1" },
      all: true,
      reject: false,
      stdin: "ignore",
    },
  ).finally(() => rmSync(output, { recursive: true, force: true }));
  if (exitCode !== 0) throw new Error(all);
  return { stdout, stderr, all, status: exitCode };
}

/** Launches an instance in an account's default VPC. */
export async function instance(
  emulator: Emulator,
  account: string,
  tags: Readonly<Record<string, string>> = {},
  region = "us-east-1",
): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { Instances } = await new EC2Client(as(emulator, account, region)).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      ...(Tags.length > 0 ? { TagSpecifications: [{ ResourceType: "instance", Tags }] } : {}),
    }),
  );
  return Instances?.[0]?.InstanceId ?? "";
}

/** The names of an instance's security groups. */
export async function groupsOf(
  emulator: Emulator,
  account: string,
  id: string,
  region = "us-east-1",
): Promise<readonly string[]> {
  const { Reservations } = await new EC2Client(as(emulator, account, region)).send(
    new DescribeInstancesCommand({ InstanceIds: [id] }),
  );
  const groups = Reservations?.[0]?.Instances?.[0]?.SecurityGroups ?? [];
  return groups.map(({ GroupName }) => GroupName ?? "");
}
