import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, groupsOf, instance, organization } from "../deploy/organization.ts";
import { type Session, session } from "../deploy/session.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ACCOUNT = "111122223333";
const folder = mkdtempSync(join(tmpdir(), "contain-execute-"));
let emulator: Emulator;
let person: Session;

const execute = (...args: readonly string[]) => person.npm(ACCOUNT, "execute", ...args);
const contained = async (id: string): Promise<boolean> =>
  /^ContainEC2Instance-containment-(i-[0-9a-f]+)-/.exec(
    (await groupsOf(emulator, ACCOUNT, id)).join(),
  )?.[1] === id;
const terminate = (id: string) =>
  new EC2Client(as(emulator, ACCOUNT)).send(new TerminateInstancesCommand({ InstanceIds: [id] }));

/** Runs a script of package.json on a terminal and answers what it asks. */
const atTerminal = async (
  dialogue: readonly (readonly [string, string])[],
  script: string,
  ...args: readonly string[]
) => {
  const { stdout, exitCode } = await execa(
    findPython(),
    [
      inProject("test", "operate", "terminal.py"),
      JSON.stringify(dialogue),
      process.execPath,
      inProject("scripts", "run.mjs"),
      `scripts/${script}.ts`,
      ...args,
    ],
    {
      cwd: inProject(),
      env: { ...emulator.env(ACCOUNT), NO_COLOR: "1", FORCE_COLOR: "0", TERM: "dumb" },
      reject: false,
      all: true,
    },
  );
  return { shown: stdout, status: exitCode };
};

beforeAll(async () => {
  // In real time: runs are watched while they are under way.
  emulator = await sharedEmulator({});
  person = session(emulator, "execute");
  const made = await person.aws(
    ACCOUNT,
    ...["iam", "create-role", "--role-name", "ContainEC2Instance-Automation"],
    "--assume-role-policy-document",
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "ssm.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  );
  expect(made.status, made.all).toBe(0);
  const published = await person.npm(ACCOUNT, "publish", "--yes");
  expect(published.status, published.all).toBe(0);
  const slow = ["documentName=Slow", "documentFile=test/deploy/fixtures/slow.yaml"];
  const other = await person.npm(
    ACCOUNT,
    "publish",
    "--yes",
    ...slow.flatMap((setting) => ["-c", setting]),
  );
  expect(other.status, other.all).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run execute", () => {
  it("is a dry run unless told otherwise, and shows each step and the report", async () => {
    const id = await instance(emulator, ACCOUNT);
    const ended = await execute("--instance", id, "--bucket", "evidence-one");
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("dry run, nothing is changed");
    expect(ended.stdout).toMatch(/✔ reportContain {2}Success/);
    expect(ended.stdout).toContain("DRY RUN OF CONTAIN");
    expect(ended.stdout).not.toContain('{"Title"');
    expect(await contained(id)).toBe(false);
  });

  it.each([
    ["of the settings, with its path", [], "security/ContainEC2Instance-Execution"],
    ["that is named, as it is", ["--execution-role", "ir/Other"], "ir/Other"],
  ])("becomes in other accounts the role %s", async (_, option, ExecutionRoleName) => {
    const client = new SSMClient(as(emulator, ACCOUNT));
    await execute(
      ...["--tag", "Incident=4711", "--accounts", "222233334444", "--regions", "us-east-1"],
      ...["--bucket", "evidence-{account}", "-c", "rolePath=/security/", ...option],
      ...["--role", `arn:aws:iam::${ACCOUNT}:role/ContainEC2Instance-Automation`],
    );
    const begun = await client.send(new DescribeAutomationExecutionsCommand({ MaxResults: 50 }));
    const AutomationExecutionId = begun.AutomationExecutionMetadataList?.[0]?.AutomationExecutionId;
    const { AutomationExecution } = await client.send(
      new GetAutomationExecutionCommand({ AutomationExecutionId }),
    );
    expect(AutomationExecution?.TargetLocations).toEqual([
      expect.objectContaining({ Accounts: ["222233334444"], ExecutionRoleName }),
    ]);
  });

  it("does not make changes without a person or --yes", async () => {
    const id = await instance(emulator, ACCOUNT);
    const ended = await execute("--instance", id, "--bucket", "evidence-one", "--no-dry-run");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("Give --yes");
    expect(await contained(id)).toBe(false);
  });

  it("makes them when the instance id is typed again, and not when another is", async () => {
    const id = await instance(emulator, ACCOUNT);
    const args = ["--instance", id, "--bucket", "evidence-one", "--no-dry-run"];
    const wrong = await atTerminal([["to go on", "i-0123\r"]], "execute", ...args);
    expect(wrong.status, wrong.shown).toBe(1);
    expect(wrong.shown).toContain("Nothing was started");
    expect(await contained(id)).toBe(false);
    const right = await atTerminal([["to go on", `${id}\r`]], "execute", ...args);
    expect(right.status, right.shown).toBe(0);
    expect(await contained(id)).toBe(true);
  });

  it("ends with status 1 and the reason when the run fails", async () => {
    const id = await instance(emulator, ACCOUNT);
    await terminate(id);
    const ended = await execute("--instance", id, "--bucket", "evidence-one");
    expect(ended.status).toBe(1);
    expect(ended.stdout).toMatch(/✖ assertInstanceIsNotTerminated {2}Failed/);
  });

  it("is started once, also where the answer to its start is lost", async () => {
    const id = await instance(emulator, ACCOUNT);
    const begun = async (): Promise<number | undefined> =>
      (
        await new SSMClient(as(emulator, ACCOUNT)).send(
          new DescribeAutomationExecutionsCommand({ MaxResults: 50 }),
        )
      ).AutomationExecutionMetadataList?.length;
    const before = (await begun()) ?? 0;
    emulator.calls.clear();
    emulator.faults.add({
      match: { operation: "StartAutomationExecution", times: 1 },
      kind: { timeoutAfterEffect: true },
    });
    const ended = await execute("--instance", id, "--bucket", "evidence-one");
    emulator.faults.clear();
    expect(ended.status, ended.all).toBe(0);
    const starts = emulator.calls
      .all()
      .filter(({ operation }) => operation === "StartAutomationExecution");
    expect(starts.length).toBeGreaterThan(1);
    expect(await begun()).toBe(before + 1);
  });

  it("by tag contains every instance it can, lists those it can't and ends with status 1", async () => {
    const tags = { Incident: "4711" };
    const ids = await Promise.all([1, 2, 3].map(() => instance(emulator, ACCOUNT, tags)));
    const [first = "", second = "", third = ""] = ids;
    emulator.faults.add({
      match: {
        operation: "CreateSecurityGroup",
        predicate: ({ parameters }) => JSON.stringify(parameters).includes(second),
      },
      kind: { error: { code: "VpcIdNotSpecified", message: "no such luck", status: 400 } },
    });
    const ended = await execute(
      ...["--tag", "Incident=4711", "--bucket", "evidence-one", "--no-dry-run", "--yes"],
    );
    emulator.faults.clear();
    expect(ended.status, ended.all).toBe(1);
    expect(ended.stdout).toContain("but 1 failed");
    expect(await Promise.all([first, second, third].map(contained))).toEqual([true, false, true]);
    for (const id of ids) expect(ended.stdout).toContain(id);
  });

  it("by resource group and by file runs as many executions as there are instances", async () => {
    const tags = { Team: "web" };
    const ids = await Promise.all([1, 2].map(() => instance(emulator, ACCOUNT, tags)));
    const query = JSON.stringify({
      ResourceTypeFilters: ["AWS::EC2::Instance"],
      TagFilters: [{ Key: "Team", Values: ["web"] }],
    });
    const made = await person.aws(
      ACCOUNT,
      ...["resource-groups", "create-group", "--name", "web", "--resource-query"],
      JSON.stringify({ Type: "TAG_FILTERS_1_0", Query: query }),
    );
    expect(made.status, made.all).toBe(0);
    const group = await execute("--resource-group", "web", "--bucket", "evidence-one");
    expect(group.status, group.all).toBe(0);
    const file = join(folder, "instances.txt");
    writeFileSync(file, `# the web servers\n${ids.join("\n")}\n`);
    const listed = await execute("--file", file, "--bucket", "evidence-one");
    expect(listed.status, listed.all).toBe(0);
    for (const id of ids) {
      expect(group.stdout).toContain(id);
      expect(listed.stdout).toContain(id);
    }
  });

  it("goes no further when more have failed than may", async () => {
    const ids = await Promise.all([1, 2, 3].map(() => instance(emulator, ACCOUNT)));
    await terminate(ids[0] ?? "");
    const file = join(folder, "some.txt");
    writeFileSync(file, ids.join("\n"));
    const ended = await execute(
      ...["--file", file, "--bucket", "evidence-one", "--max-concurrency", "1"],
      ...["--max-errors", "0"],
    );
    expect(ended.status).toBe(1);
    expect(ended.stdout).toMatch(/✖ Failed/);
    expect(ended.stdout).not.toContain(`${ids[2]} (execution`);
  });
});

describe("a command that ends before its executions do says how to pick them up", () => {
  const error = { code: "AccessDeniedException", message: "No more.", status: 400 };

  it("where it can't follow one", async () => {
    const id = await instance(emulator, ACCOUNT);
    const stop = emulator.faults.add({
      match: { accountId: ACCOUNT, operation: "GetAutomationExecution" },
      kind: { error },
    });
    const ended = await execute("--document", "Slow", "--instance", id);
    stop();
    expect(ended.status).toBe(1);
    const [, started = "?"] = /Started (\S+)/.exec(ended.stdout) ?? [];
    expect(ended.stdout).toContain(
      `It goes on in AWS. Pick it up again with:\n  npm run status -- ${started} --region`,
    );
    expect(ended.stdout).not.toContain("Not begun");
    expect(ended.stderr).toContain("No more.");
    expect((await person.npm(ACCOUNT, "status", started, "--no-follow")).status).toBe(0);
  });

  it("and says nothing of that where nothing was started", async () => {
    const stop = emulator.faults.add({
      match: { accountId: ACCOUNT, operation: "StartAutomationExecution" },
      kind: { error },
    });
    const ended = await execute("--document", "Slow", "--instance", "i-0123456789abcdef0");
    stop();
    expect(ended.status).toBe(1);
    expect(ended.stdout).not.toMatch(/npm run status|Not begun/);
  });
});

describe("npm run status", () => {
  it("picks up a run that was left, also with Ctrl-C, and cancels nothing by itself", async () => {
    const id = await instance(emulator, ACCOUNT);
    const left = await atTerminal(
      [
        ["second", "\u0003"],
        ["What now?", "\u001b[B\u001b[B\r"],
      ],
      ...(["execute", "--document", "Slow", "--instance", id, "--interval", "0.2"] as const),
    );
    expect(left.status, left.shown).toBe(0);
    const execution = /npm run status -- (\S+)/.exec(left.shown)?.[1] ?? "";
    const still = await person.npm(ACCOUNT, "status", execution, "--no-follow");
    expect(still.status).toBe(0);
    expect(still.stdout).toMatch(/▸ second {2}InProgress/);
    const stopped = await person.aws(
      ACCOUNT,
      ...["ssm", "stop-automation-execution", "--automation-execution-id", execution],
    );
    expect(stopped.status, stopped.all).toBe(0);
    const ended = await person.npm(ACCOUNT, "status", execution);
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain("Cancelled");
  });

  it("cancels a run with Ctrl-C when that is chosen", async () => {
    const id = await instance(emulator, ACCOUNT);
    const ended = await atTerminal(
      [
        ["second", "\u0003"],
        ["What now?", "\u001b[B\r"],
      ],
      ...(["execute", "--document", "Slow", "--instance", id, "--interval", "0.2"] as const),
    );
    expect(ended.status, ended.shown).toBe(1);
    expect(ended.shown).toContain("Cancelled");
  });

  it("says what to do about an execution that is not there", async () => {
    const ended = await person.npm(ACCOUNT, "status", "0f0f0f0f-0000-4000-8000-000000000000");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("--region");
  });
});

describe("a run that can't start says what to do", () => {
  const args = ["--instance", "i-0123456789abcdef0", "--bucket", "evidence-one"];

  it("for a document that is not there", async () => {
    const ended = await execute(...args, "--document", "Nothing");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("There is no document Nothing in us-east-1");
    expect(ended.stderr).toContain("--document arn:aws:ssm:us-east-1:OWNER:document/Nothing");
  });

  it("for parameters that the document does not take", async () => {
    const ended = await execute(...args, "--action", "Explode");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("--action");
    expect(ended.stderr).toContain("Contain");
  });

  it("for a unit without an active account", async () => {
    const { management, units } = await organization(emulator, "222233334444", 0);
    const ended = await person.npm(
      management,
      "execute",
      ...["--tag", "Incident=4711", "--accounts", units.bottom, "--regions", "us-east-1"],
      ...["--bucket", "evidence-{account}", "--role", `arn:aws:iam::${management}:role/Any`],
    );
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(`There is no active account in ${units.bottom}`);
  });

  it.each([
    ["--regions", "eu-west-1"],
    ["--execution-role", "Other"],
    ["--bucket", "evidence-{account}"],
    ["--regions", "nowhere"],
  ])("for %s %s without --accounts, or with a Region that is none", async (...option) => {
    emulator.calls.clear();
    // An option that is given twice is refused for that.
    const others = option[0] === "--bucket" ? args.slice(0, 2) : args;
    const ended = await execute(...others, ...option);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/--accounts|is not the name of an AWS Region/);
    expect(emulator.calls.all()).toEqual([]);
  });

  it.each(["abc", "0", "-1"])("for %s seconds between two looks", async (interval) => {
    emulator.calls.clear();
    for (const ended of [
      await execute(...args, "--interval", interval),
      await person.npm(ACCOUNT, "status", "id", "--interval", interval),
    ]) {
      expect(ended.status).toBe(1);
      expect(ended.stderr).toContain("It must be a number of seconds");
    }
    expect(emulator.calls.all()).toEqual([]);
  });

  it("for a role that Systems Manager can't become", async () => {
    emulator.iam.enforce(`arn:aws:iam::${ACCOUNT}:role/Nobody`);
    const ended = await execute(...args, "--role", "Nobody");
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("unable to be assumed");
    expect(ended.stderr).toContain("trusts ssm.amazonaws.com");
  });
});
