import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  type AutomationExecution,
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  ModifyDocumentPermissionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import type { Stack } from "aws-cdk-lib";
import { execa } from "execa";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { contextKeys, loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { administrationStack } from "../../deploy/stacks/administration.ts";
import { memberStack, templateOf } from "../../deploy/stacks/member.ts";
import { sharedEmulator } from "../account/emulator.ts";
import {
  as,
  changedSample,
  groupsOf,
  instance,
  type Organization,
  organization,
  run,
  SAMPLE,
} from "./organization.ts";
import { person } from "./person.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const text = readFileSync(inProject("docs", "deploy.md"), "utf8");
const blocks = (kind: string): readonly string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``, "g"))].map(([, body]) => body ?? "");

const CENTRAL = "111122223333";
const SAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SAMPLE_ID = "01234567-89ab-4cde-8f01-23456789abcd";
const [policy = ""] = blocks("json");
let emulator: Emulator;
let members: Organization;
/** What the examples name, by what it is called in the emulator. */
const names = new Map<string, string>();

const withEmulatedNames = (example: string): string =>
  [...names].reduce((line, [there, here]) => line.replaceAll(there, here), example);

async function stack(account: string, name: string, fill: (made: Stack) => void): Promise<void> {
  await new CloudFormationClient(as(emulator, account)).send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: templateOf(name, fill),
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
}

/** Credentials of a person who has the documented policy and nothing else. */
const responder = (account: string): Promise<Record<string, string>> =>
  person(
    emulator,
    account,
    "IncidentResponder",
    account === CENTRAL
      ? policy
      : policy.replaceAll(CENTRAL, account).replace(`${account}:document/`, `${CENTRAL}:document/`),
  );

/** Makes a role that the central account may become to read another one. */
async function reader(account: string): Promise<void> {
  const trusts = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: CENTRAL } };
  await new IAMClient(as(emulator, account)).send(
    new CreateRoleCommand({
      RoleName: "Reader",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trusts] }),
    }),
  );
}

/** Lets that role do this, and no more. */
async function mayRead(account: string, Action: readonly (string | undefined)[]): Promise<void> {
  const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
  await new IAMClient(as(emulator, account)).send(
    new PutRolePolicyCommand({
      RoleName: "Reader",
      PolicyName: "Read",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
}

const people = new Map<string, Record<string, string>>();

/** The run over all instances with a tag, and an instance that it contained. */
let fleetRun = "";
let inFleet = "";

/** Runs a block of the document as it stands, and gives what it prints. */
async function shell(account: string, block: string): Promise<string> {
  const { stdout, all, exitCode } = await execa("bash", ["-ec", withEmulatedNames(block)], {
    env: people.get(account) ?? {},
    all: true,
    reject: false,
  });
  expect(exitCode, `${block}\n${all}`).toBe(0);
  return stdout;
}

/** Runs a block, waits for what it started, and gives the executions' last states. */
async function play(block: string): Promise<readonly AutomationExecution[]> {
  const there = /^# in the account (\d{12})/.exec(block)?.[1];
  const account = there === undefined ? CENTRAL : (names.get(there) ?? "");
  const stdout = await shell(account, block);
  const ids = [...stdout.matchAll(/"AutomationExecutionId": "([^"]+)"/g)].map(([, id]) => id ?? "");
  return Promise.all(ids.map((id) => ended(account, id)));
}

async function ended(account: string, id: string): Promise<AutomationExecution> {
  await emulator.engine.settled(id);
  const { AutomationExecution } = await new SSMClient(as(emulator, account)).send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
  );
  return AutomationExecution ?? {};
}

const statuses = (executions: readonly AutomationExecution[]): readonly (string | undefined)[] =>
  executions.map(({ AutomationExecutionStatus }) => AutomationExecutionStatus);
const stepsRun = (execution: AutomationExecution | undefined): number =>
  (execution?.StepExecutions ?? []).filter(({ StepStatus }) => StepStatus !== "Pending").length;
/** The steps that the table of costs gives for a run. */
const stepsSaid = (name: string): number =>
  Number(new RegExp(`^\\| ${name} \\| (\\d+) \\|`, "m").exec(text)?.[1]);
const next = (() => {
  let at = 0;
  return (): string => blocks("sh")[at++] ?? "";
})();
const contained = async (account: string, id: string): Promise<boolean> =>
  (await groupsOf(emulator, account, id))[0]?.startsWith(
    `ContainEC2Instance-containment-${id}-`,
  ) === true;

beforeAll(async () => {
  emulator = await sharedEmulator();
  members = await organization(emulator, CENTRAL, 8);
  const [one = "", two = ""] = [members.accounts[1], members.accounts[5]];
  names.set("444455556666", one).set("777788889999", two);
  names.set("ou-ab12-cdefgh34", members.units.top);
  names.set("i-0123456789abcdef0", await instance(emulator, CENTRAL));
  names.set("i-0fedcba9876543210", await instance(emulator, CENTRAL, { Team: "web" }));
  names.set("i-0a1b2c3d4e5f67890", await instance(emulator, one, { Incident: "4711" }));
  const published = await run("publish", ["--yes"], emulator.env(CENTRAL));
  expect(published.status, published.all).toBe(0);
  await new SSMClient(as(emulator, CENTRAL)).send(
    new ModifyDocumentPermissionCommand({
      Name: "ContainEC2Instance",
      PermissionType: "Share",
      AccountIdsToAdd: [one, two],
    }),
  );
  const config = loadConfig();
  const publication = loadDocument();
  const regions = ["us-east-1"];
  for (const account of [one, two])
    await stack(account, "Roles", (made) =>
      memberStack(made, config, publication, regions, CENTRAL),
    );
  await stack(CENTRAL, "Administration", (made) =>
    administrationStack(made, config, publication, regions),
  );
  const { automationRole } = await import("../../deploy/stacks/roles.ts");
  await stack(CENTRAL, "Role", (made) => void automationRole(made, config, publication, regions));
  for (const account of [CENTRAL, one, two]) people.set(account, await responder(account));
  emulator.iam.enforce("*");
});

describe("each line of docs/deploy.md runs with the permissions that it documents", () => {
  const first = (): string => withEmulatedNames("i-0123456789abcdef0");

  it("dry run, Contain, how it stands, Release", async () => {
    const [dry] = await play(next());
    expect(dry?.AutomationExecutionStatus, dry?.FailureMessage).toBe("Success");
    expect(stepsRun(dry)).toBe(stepsSaid("dry run of Contain or Release"));
    const [live] = await play(next());
    expect(live?.AutomationExecutionStatus, live?.FailureMessage).toBe("Success");
    expect(await contained(CENTRAL, first())).toBe(true);
    expect(stepsRun(live)).toBe(stepsSaid("Contain"));
    names.set(
      `incidents/4711/2026/01/31/12/00/${SAMPLE_ID}.${SAMPLE_DIGEST}.json`,
      /incidents\/4711\/[\d/]+\/[0-9a-f-]{36}\.[0-9a-f]{64}\.json/.exec(
        JSON.stringify(live?.Outputs),
      )?.[0] ?? "",
    );
    names.set(SAMPLE_ID, live?.AutomationExecutionId ?? "");
    await play(next());
    names.delete(SAMPLE_ID);
    const [released] = await play(next());
    expect(released?.AutomationExecutionStatus, released?.FailureMessage).toBe("Success");
    expect(await contained(CENTRAL, first())).toBe(false);
    expect(stepsRun(released)).toBe(stepsSaid("Release"));
  });

  it("Contain with images, and Cancel", async () => {
    const [images] = await play(next());
    expect(images?.AutomationExecutionStatus, images?.FailureMessage).toBe("Success");
    expect(stepsRun(images)).toBe(stepsSaid("Contain with images"));
    // A run that waits for its image.
    await emulator.settings({ imageDelay: 60 }, CENTRAL);
    const { AutomationExecutionId = "" } = await new SSMClient(as(emulator, CENTRAL)).send(
      new StartAutomationExecutionCommand({
        DocumentName: "ContainEC2Instance",
        Parameters: {
          InstanceId: [await instance(emulator, CENTRAL)],
          DryRun: ["false"],
          CreateAMIBackup: ["true"],
          S3BucketName: ["incident-evidence"],
          AutomationAssumeRole: [`arn:aws:iam::${CENTRAL}:role/ContainEC2Instance-Automation`],
        },
      }),
    );
    names.set(SAMPLE_ID, AutomationExecutionId);
    await play(next());
    names.delete(SAMPLE_ID);
    await emulator.settings({ imageDelay: 0.5 }, CENTRAL);
    const cancelled = await ended(CENTRAL, AutomationExecutionId);
    expect(cancelled.AutomationExecutionStatus).toBe("Cancelled");
  });

  it("fleets by tag, by resource group and by ids", async () => {
    const tagged = await instance(emulator, CENTRAL, { Incident: "4711" });
    const [start = "", look = ""] = next().split(/\n(?=aws)/);
    const fleet = await play(start);
    expect(statuses(fleet)).toEqual(["Success"]);
    expect(await contained(CENTRAL, tagged)).toBe(true);
    names.set(SAMPLE_ID, fleet[0]?.AutomationExecutionId ?? "");
    await play(look);
    names.delete(SAMPLE_ID);
    const query = JSON.stringify({
      ResourceTypeFilters: ["AWS::EC2::Instance"],
      TagFilters: [{ Key: "Team", Values: ["web"] }],
    });
    await execa(
      "aws",
      [
        ...["resource-groups", "create-group", "--name", "web", "--resource-query"],
        JSON.stringify({ Type: "TAG_FILTERS_1_0", Query: query }),
      ],
      { env: emulator.env(CENTRAL) },
    );
    expect(statuses(await play(next()))).toEqual(["Success", "Success"]);
    fleetRun = fleet[0]?.AutomationExecutionId ?? "";
    inFleet = tagged;
  });

  it("what is contained, and to release all that a run contained", async () => {
    const listed = await shell(CENTRAL, next());
    expect(listed).toMatch(
      new RegExp(`ContainEC2Instance-containment-${inFleet}-\\S+\t\\S+\\.json`),
    );
    expect(listed).toMatch(new RegExp(`^${inFleet}\teni-\\S+\tsg-`, "m"));
    const command = await run("contained", [], people.get(CENTRAL) ?? {});
    expect(command.stdout, command.all).toMatch(new RegExp(`✔ ${inFleet} {2}contained since`));
    names.set(SAMPLE_ID, fleetRun);
    const released = await play(next());
    names.delete(SAMPLE_ID);
    expect(statuses(released)).toEqual(["Success"]);
    expect(await contained(CENTRAL, inFleet)).toBe(false);
  });

  it("a member account with the shared document, and the central account in others", async () => {
    expect(statuses(await play(next()))).toEqual(["Success"]);
    const [one = "", two = ""] = [members.accounts[1], members.accounts[5]];
    const other = await instance(emulator, two, { Incident: "4711" });
    expect(statuses(await play(next()))).toEqual(["Success", "Success"]);
    expect(await contained(one, withEmulatedNames("i-0a1b2c3d4e5f67890"))).toBe(true);
    expect(await contained(two, other)).toBe(true);
    expect(statuses(await play(next()))).toEqual(["Success", "Success"]);
  });

  it("npm run execute over accounts shows, releases and lists each instance by a role with the permissions for it", async () => {
    const two = members.accounts[5] ?? "";
    const [one, other] = await Promise.all(
      [two, two].map((account) => instance(emulator, account, { Incident: "9" })),
    );
    const [line = ""] = text.split("\n").filter((each) => each.includes("read by a role in each"));
    const Action = [...line.matchAll(/`((?:ssm|ec2):[A-Za-z]+)`/g)].map(([, action]) => action);
    expect(Action.length).toBe(6);
    await reader(two);
    await mayRead(two, Action);
    const own = JSON.parse(policy);
    const become = {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Resource: "arn:aws:iam::*:role/Reader",
    };
    const lead = await person(
      emulator,
      CENTRAL,
      "Lead",
      JSON.stringify({ ...own, Statement: [...own.Statement, become] }),
    );
    const over = ["--accounts", two, "--regions", "us-east-1", "--tag", "Incident=9"];
    const live = ["--no-dry-run", "--yes"];
    const byRole = ["--assume-role", "Reader"];
    const blind = await run("execute", [...over, "--bucket", "evidence-{account}"], lead);
    expect(blind.status, blind.all).toBe(0);
    expect(blind.stdout).toMatch(/not read\n[\s\S]*Give --assume-role/);
    const ran = await run(
      "execute",
      [...over, "--bucket", "evidence-{account}", ...live, ...byRole],
      lead,
    );
    expect(ran.status, ran.all).toBe(0);
    for (const id of [one, other])
      expect(ran.stdout).toMatch(
        new RegExp(`✔ ${id} {2}Contained {2}${two} / us-east-1\n +key[\\s\\S]*--accounts ${two} `),
      );
    const [, all = ""] = /--action Release --of (\S+) --assume-role Reader/.exec(ran.stdout) ?? [];
    const [more = ""] = text.split("\n").filter((each) => each.includes("For that it also calls"));
    const written = async (...args: readonly string[]) => {
      const folder = mkdtempSync(join(tmpdir(), "contain-case-"));
      const file = join(folder, "case.html");
      const ended = await run("report", [...args, ...byRole, "--json", "--output", file], lead);
      expect(ended.status, ended.all).toBe(0);
      const page = readFileSync(file, "utf8");
      rmSync(folder, { recursive: true });
      return { said: JSON.parse(ended.stdout), page };
    };
    const poor = await written(all);
    expect(poor.said.verdict.headline).toBe("2 instances: 2 × Contained");
    expect(poor.page).toContain("The rest of it could not be read: ");
    await mayRead(two, [
      ...Action,
      ...[...more.matchAll(/`((?:ssm|ec2|s3):[A-Za-z]+)`/g)].map(([, action]) => action),
    ]);
    const whole = await written(all);
    expect(whole.page).not.toContain("could not be read");
    expect(whole.page.match(/has exactly this content/g)).toHaveLength(2);
    const single = await written(whole.said.runs[0].id, "--account", two);
    expect(single.page).toContain("<h1>Contained</h1>");
    const listed = await run(
      "contained",
      ["--accounts", two, "--region", "us-east-1", ...byRole],
      lead,
    );
    for (const id of [one, other])
      expect(listed.stdout).toMatch(new RegExp(`✔ ${id} {2}contained`));
    const released = await run(
      "execute",
      ["--action", "Release", "--of", all, ...byRole, ...live],
      lead,
    );
    expect(released.status, released.all).toBe(0);
    for (const id of [one, other]) expect(await contained(two, id ?? "")).toBe(false);
  });

  it("no line is left over", async () => {
    expect(next()).toBe("");
    const { AutomationExecutionMetadataList } = await new SSMClient(as(emulator, CENTRAL)).send(
      new DescribeAutomationExecutionsCommand({}),
    );
    expect(AutomationExecutionMetadataList?.length).toBeGreaterThan(8);
  });
});

describe("each command runs with the permissions that the table gives it", () => {
  const other = ["-c", "documentName=Another", "-c", SAMPLE];
  /** A person with the permissions of a row of the table, held to them. */
  const holder = (row: string, name: string): Promise<Record<string, string>> => {
    const [line = ""] =
      text.split("\n").filter((one) => one.includes(row) && one.includes("`ssm:")) ?? [];
    const Action = [...line.matchAll(/`([a-z0-9-]+:[A-Za-z]+)`/g)].map(([, action]) => action);
    expect(Action.length).toBeGreaterThan(2);
    const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
    return person(emulator, CENTRAL, name, JSON.stringify({ Version: "2012-10-17", Statement }));
  };
  const plays = async (who: Record<string, string>, name: string, ...args: string[]) => {
    const ended = await run(name, args, who);
    expect(ended.status, ended.all).toBe(0);
  };

  it("publish", async () => {
    const who = await holder("npm run publish`", "Publisher");
    await plays(who, "publish", "--yes", ...other);
    const folder = mkdtempSync(join(tmpdir(), "contain-docs-"));
    const changed = changedSample(folder, "second.yaml", "met");
    await plays(who, "publish", "--yes", "-c", "documentName=Another", "-c", changed);
    rmSync(folder, { recursive: true });
  });

  it("rollback and promote", async () => {
    const who = await holder("npm run promote`", "Promoter");
    await plays(who, "rollback", "--yes", ...other);
    await plays(who, "promote", "2", "--yes", ...other);
  });

  it("share", async () => {
    const who = await holder("npm run share`", "Sharer");
    const named = ["--unit", "root", "--account", names.get("444455556666") ?? ""];
    await plays(who, "share", "--yes", ...named, ...other);
    await plays(who, "share", "--list", ...other);
  });
});

describe("docs/deploy.md", () => {
  it("has every setting with its default", () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \|(?: `([^`]*)` |[^|]*)\|/gm)];
    expect(rows.map(([, name]) => `contain:${name}`).sort()).toEqual([...contextKeys].sort());
    const defaults = loadConfig() as unknown as Record<string, unknown>;
    for (const [, name = "", value] of rows)
      if (value !== undefined && name !== "tags") expect(String(defaults[name])).toBe(value);
  });
});
