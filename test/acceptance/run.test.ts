/** `npm run acceptance` as a person runs it, against the emulator. */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import {
  CreateVpcCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Emulator } from "automation-emulator";
import { clientOptions } from "automation-emulator/sample/account";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { findMade } from "../../acceptance/find.ts";
import { probes } from "../../acceptance/probes/index.ts";
import type { Result, Row } from "../../acceptance/show.ts";
import { inProject } from "../../build/root.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { differences, type Plain } from "../account/snapshot.plain.ts";
import { type Snapshot, snapshot } from "../account/snapshot.ts";
import { type Clients, clientsOf, freshAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();
/** Where a script whose step is cancelled runs on to its end. */
const otherwise = await sharedEmulator({ timeScale: 30, cancelledScripts: "runOn" });

type Environment = Readonly<Record<string, string>>;

/** A sandbox account of its own, and what a person types there. */
function sandbox(where: Emulator = emulator) {
  const account = freshAccount();
  const access = { endpoint: where.endpoint, accountId: account, region: "us-east-1" };
  const clients = clientsOf(access);
  const start = (args: readonly string[], environment: Environment = {}) =>
    execa(
      process.execPath,
      [
        ...[inProject("scripts", "run.mjs"), "scripts/acceptance.ts"],
        ...(args.includes("--account") ? [] : ["--account", account]),
        ...["--interval", "0.2", ...args],
      ],
      {
        cwd: inProject(),
        env: { ...where.env(account), NO_COLOR: "1", FORCE_COLOR: "0", ...environment },
        reject: false,
        all: true,
        stdin: "ignore",
      },
    );
  const changes = (): readonly string[] =>
    where.calls.mutating({ accountId: account }).map(({ operation }) => operation);
  return { account, access, clients, start, changes };
}

/** What is unlike before, but for the terminated instances, which AWS shows for a while. */
async function unlike(clients: Clients, before: Snapshot): Promise<readonly string[]> {
  const now = await snapshot(clients);
  const machines = Object.entries(now.machines as Readonly<Record<string, Plain>>);
  const ended = machines
    .filter(([, machine]) => (machine as { readonly state: string }).state === "terminated")
    .map(([id]) => id);
  const lines = differences(before, {
    ...now,
    machines: Object.fromEntries(machines.filter(([id]) => !ended.includes(id))),
    tags: (now.tags as readonly string[]).filter((tag) => !ended.includes(tag.split(" ")[0] ?? "")),
  });
  return lines;
}

const idIn = (text: string): string => /, run (20\d{6}-[0-9a-f]{8})/.exec(text)?.[1] ?? "none";

/** Waits until a running command has printed something, and goes on reading. */
const printed = (running: ReturnType<ReturnType<typeof sandbox>["start"]>, words: string) =>
  new Promise<string>((resolve, reject) => {
    let text = "";
    running.stdout.on("data", (part: Buffer) => {
      text += part.toString();
      if (text.includes(words)) resolve(text);
    });
    void running.then(({ all }) => reject(new Error(`It ended without "${words}":\n${all}`)));
  });

/** What the emulator holds to an action's name alone: it knows no resources and conditions for them. */
const BY_NAME =
  /^(?:ec2:(?!Describe|CreateTags|\w*SecurityGroup|Modify|Terminate)|iam:\w*(?:InstanceProfile|AttachRolePolicy)|ssm:GetParameter)/;

interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

/** The policy as the emulator can hold somebody to it. */
function forEmulator(policy: string): string {
  const { Statement } = JSON.parse(policy) as Policy;
  const Action = Statement.flatMap((one) => one.Action).filter((action) => BY_NAME.test(action));
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [...Statement, { Effect: "Allow", Action, Resource: "*" }],
  });
}

const rowOf = (result: Result, id: string): Row | undefined =>
  result.rows.find((row) => row.id === id);

describe("a whole run", () => {
  test("by who has the printed policy alone sees what the emulator assumes, and leaves the account as it was", async () => {
    const { account, access, clients, start } = sandbox();
    const { stdout: policy } = await start(["--policy"]);
    const role = `arn:aws:iam::${account}:role/Tester`;
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } };
    await clients.iam.send(
      new CreateRoleCommand({
        RoleName: "Tester",
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      }),
    );
    await clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: "Tester",
        PolicyName: "Printed",
        PolicyDocument: forEmulator(policy),
      }),
    );
    emulator.iam.enforce(role);
    const { Credentials } = await new STSClient(clientOptions(access)).send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "tester" }),
    );
    const before = await snapshot(clients);
    const ended = await start(["--yes", "--json"], {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
      AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
    });
    expect(ended.exitCode, ended.all).toBe(0);
    const result = JSON.parse(ended.stdout) as Result;
    expect(result.rows.map(({ id }) => id)).toEqual(probes.map(({ id }) => id));
    const rows = result.rows.map(({ id, outcome, saw }) => [outcome, id, saw] as const);
    const not = (outcome: Row["outcome"]) =>
      rows.filter(([seen]) => seen === outcome).map(([, id]) => id);
    expect(rows.filter(([outcome]) => !["same", "measured", "unseen"].includes(outcome))).toEqual(
      [],
    );
    expect(not("unseen")).toEqual(["cancelled-status", "tracked-connections"]);
    expect(not("measured")).toEqual(["script-step-cost", "open-time"]);
    expect(result.left).toEqual([]);
    expect(await unlike(clients, before)).toEqual([]);
    expect(await findMade(clients, result.run)).toEqual([]);
    const page = readFileSync(inProject("dist", "acceptance", `${result.run}.md`), "utf8");
    for (const { id } of probes) expect(page).toContain(`| \`${id}\` |`);
    expect(page).not.toContain(account);
    for (const line of ended.stderr.split("\n").filter((text) => /^[│┌├└]/.test(text)))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  test("tells where AWS does otherwise than the emulator by default", async () => {
    const { start, clients } = sandbox(otherwise);
    const ended = await start([
      ...["--yes", "--json", "--probe", "cancelled-script,cancelled-status,complete-status"],
    ]);
    expect(ended.exitCode, ended.all).toBe(0);
    const result = JSON.parse(ended.stdout) as Result;
    expect(rowOf(result, "cancelled-script")).toMatchObject({
      outcome: "differs",
      saw: expect.stringMatching(/^cancelled: ran on .*; timed out: ran on/),
    });
    expect(rowOf(result, "cancelled-status")).toMatchObject({
      outcome: "same",
      saw: expect.stringMatching(/^Cancelled \d+ s after Cancel, the script still running$/),
    });
    expect(rowOf(result, "complete-status")?.outcome).toBe("same");
    expect(await findMade(clients, result.run)).toEqual([]);
  });

  test("reads what commands on the instances tell of the held connection", async () => {
    otherwise.engine.commands.set(
      { documentName: "AWS-RunShellScript" },
      { output: '{"beats": 30, "silent": 42.5}\n' },
    );
    const { start } = sandbox(otherwise);
    const ended = await start(["--yes", "--json", "--probe", "tracked-connections"]);
    expect(rowOf(JSON.parse(ended.stdout) as Result, "tracked-connections")).toMatchObject({
      outcome: "measured",
      saw: "by another group alone: cut (silent for 42.5 s); by Contain: cut (silent for 42.5 s)",
      data: { contained: { beats: 30, silent: 42.5 } },
    });
  });
});

describe("whatever happens, it cleans up:", () => {
  test("when a probe fails midway, and the others go on", async () => {
    const { account, clients, start } = sandbox();
    const before = await snapshot(clients);
    emulator.faults.add({
      match: { accountId: account, operation: "CreateRouteTable" },
      kind: { error: { code: "InternalError", status: 400, message: "on purpose" } },
    });
    const ended = await start(["--yes", "--json", "--probe", "branch-kinds,ec2-dry-run"]);
    expect(ended.exitCode, ended.all).toBe(1);
    const result = JSON.parse(ended.stdout) as Result;
    expect(rowOf(result, "branch-kinds")?.outcome).toBe("same");
    expect(rowOf(result, "ec2-dry-run")).toMatchObject({
      outcome: "failed",
      saw: expect.stringContaining("on purpose"),
    });
    expect(result.left).toEqual([]);
    expect(await unlike(clients, before)).toEqual([]);
    expect(await findMade(clients, result.run)).toEqual([]);
  });

  test("when the answer to a call is lost, and the call is made again", async () => {
    const { account, clients, start } = sandbox();
    const before = await snapshot(clients);
    emulator.faults.add({
      match: { accountId: account, operation: "CreateVpc", times: 1 },
      kind: { timeoutAfterEffect: true },
    });
    const ended = await start(["--yes", "--probe", "ec2-dry-run"]);
    expect(ended.exitCode, ended.all).toBe(0);
    const { length } = emulator.calls
      .mutating({ accountId: account })
      .filter(({ operation }) => operation === "CreateVpc");
    expect(length).toBe(2);
    expect(await unlike(clients, before)).toEqual([]);
  });

  test("and says what is left, and how to remove it, where a call is refused for good", async () => {
    const { account, clients, start } = sandbox();
    const remove = emulator.faults.add({
      match: { accountId: account, operation: "DeleteRole" },
      kind: { error: { code: "AccessDenied", status: 403, message: "not today" } },
    });
    const ended = await start(["--yes", "--probe", "fresh-tag"]);
    expect(ended.exitCode, ended.all).toBe(1);
    const id = idIn(ended.stdout);
    expect(ended.stdout).toContain(`✖ role contain-acceptance-${id}-probes is left: `);
    expect(ended.stdout).toContain(`npm run acceptance -- --clean ${id} --account ${account}`);
    expect(await findMade(clients, id)).toEqual([
      { kind: "role", id: `contain-acceptance-${id}-probes` },
    ]);
    remove();
    expect((await start(["--yes", "--clean", id])).exitCode).toBe(0);
    expect(await findMade(clients, id)).toEqual([]);
  });

  test("after Ctrl-C, pressed twice, in the middle of a containment", async () => {
    const { clients, start } = sandbox();
    const before = await snapshot(clients);
    const running = start(["--yes", "--probe", "runbook-contain,runbook-release"]);
    const shown = await printed(running, "  runbook-contain");
    await instanceRuns(clients);
    running.kill("SIGINT");
    await wait(50);
    running.kill("SIGINT");
    const ended = await running;
    expect(ended.exitCode, ended.all).toBe(130);
    expect(ended.stdout).toContain("Stopped. Removing what was made");
    expect(ended.stdout).toContain("2 not run");
    expect(ended.stdout).toContain("All that was made is removed.");
    expect(await findMade(clients, idIn(shown))).toEqual([]);
    expect(await unlike(clients, before)).toEqual([]);
  });

  test("when nobody reads what it prints any more", async () => {
    const { clients, start } = sandbox();
    const before = await snapshot(clients);
    const running = start(["--yes", "--probe", "runbook-dry-run,runbook-contain"]);
    const shown = await printed(running, "  runbook-dry-run");
    running.stdout.destroy();
    const ended = await running;
    expect(ended.exitCode).toBe(130);
    expect(await findMade(clients, idIn(shown))).toEqual([]);
    expect(await unlike(clients, before)).toEqual([]);
  });

  test("--clean lists and removes what a run left that was killed, after it has asked", async () => {
    const { account, clients, start, changes } = sandbox();
    const before = await snapshot(clients);
    const running = start(["--yes", "--probe", "runbook-contain"]);
    const id = idIn(await printed(running, "  runbook-contain"));
    await instanceRuns(clients);
    running.kill("SIGKILL");
    await running;
    const kinds = (await findMade(clients, id)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["instance", "vpc", "role", "profile"]));

    const listed = await start(["--clean"]);
    expect(listed.stdout).toContain(`--clean ${id} --account ${account} --region us-east-1`);
    const changed = changes().length;
    const unasked = await start(["--clean", id]);
    expect(unasked.exitCode).toBe(1);
    expect(unasked.all).toContain("Give --yes");
    expect(changes().length).toBe(changed);

    const cleaned = await start(["--clean", id, "--yes"]);
    expect(cleaned.exitCode, cleaned.all).toBe(0);
    expect(cleaned.stdout).toContain("All that was made is removed.");
    expect(await findMade(clients, id)).toEqual([]);
    expect(await unlike(clients, before)).toEqual([]);
    expect((await start(["--clean", id])).stdout).toContain("has left nothing");
    expect((await start(["--clean"])).stdout).toContain("No run has left anything");
  });
});

/** Waits until a run has made its instances and goes on. */
async function instanceRuns({ ec2 }: Clients): Promise<void> {
  for (let left = 200; left > 0; left--) {
    const found = await ec2.send(new DescribeInstancesCommand({}));
    if ((found.Reservations ?? []).length > 1) return;
    await wait(50);
  }
  throw new Error("No instance was made.");
}

describe("nothing is made", () => {
  test("without a person who agrees", async () => {
    const { start, changes } = sandbox();
    const ended = await start([]);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/It costs at most \d+ US cents/);
    expect(ended.stdout).toContain("2 EC2 instances");
    expect(ended.stderr).toContain("Give --yes");
    expect(changes()).toEqual([]);
  });

  test("when the person at the terminal says no", async () => {
    const { account, changes } = sandbox();
    const { stdout } = await execa(
      findPython(),
      [
        inProject("test", "operate", "terminal.py"),
        JSON.stringify([["Make all this", "n\r"]]),
        ...[process.execPath, inProject("scripts", "run.mjs"), "scripts/acceptance.ts"],
        ...["--account", account],
      ],
      {
        cwd: inProject(),
        env: { ...emulator.env(account), NO_COLOR: "1", FORCE_COLOR: "0", TERM: "dumb" },
        reject: false,
      },
    );
    expect(stdout).toContain("Nothing was made.");
    expect(changes()).toEqual([]);
  });

  test("in another account than the one that was typed", async () => {
    const { start, changes } = sandbox();
    const other = await start(["--account", "999988887777", "--yes"]);
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toMatch(/credentials are of account \d{12}, and --account says 9999/);
    expect(changes()).toEqual([]);
  });

  test("in an account that looks like production", async () => {
    const { clients, start, changes } = sandbox();
    await clients.ec2.send(
      new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 6, MaxCount: 6 }),
    );
    await clients.ec2.send(
      new CreateVpcCommand({
        CidrBlock: "10.9.0.0/16",
        TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "env", Value: "prod" }] }],
      }),
    );
    const before = changes().length;
    const ended = await start(["--yes"]);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/6 instances are running .*; vpc-\w+ has the tag env=prod/);
    expect(changes().length).toBe(before);
  });

  test("for a probe that is not there", async () => {
    const { start, changes } = sandbox();
    const ended = await start(["--yes", "--probe", "cancelled-scripts"]);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(
      /There is no probe cancelled-scripts.*Name some of .*cancelled-script,/s,
    );
    expect(changes()).toEqual([]);
  });
});
