import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { as, groupsOf, instance } from "../deploy/organization.ts";
import { type Session, session } from "../deploy/session.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ACCOUNT = "111122223333";
const trust = {
  Effect: "Allow",
  Principal: { Service: "ssm.amazonaws.com" },
  Action: "sts:AssumeRole",
};
let emulator: Emulator;
let person: Session;
let ec2: EC2Client;

const execute = (...args: readonly string[]) => person.npm(ACCOUNT, "execute", ...args);
const listed = (...args: readonly string[]) => person.npm(ACCOUNT, "contained", ...args);
const live = ["--no-dry-run", "--yes"];
const ids = (text: string): readonly string[] =>
  [...text.matchAll(/^Started ([0-9a-f-]{36})/gm)].map(([, id = ""]) => id);
const isContained = async (id: string): Promise<boolean> =>
  (await groupsOf(emulator, ACCOUNT, id)).some((name) =>
    name.startsWith(`ContainEC2Instance-containment-${id}-`),
  );
const tagged = (value: string, count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, () => instance(emulator, ACCOUNT, { Incident: value })),
  );

beforeAll(async () => {
  // In real time: runs are watched while they are under way.
  emulator = await sharedEmulator({});
  person = session(emulator, "fleet");
  ec2 = new EC2Client(as(emulator, ACCOUNT));
  const made = await person.aws(
    ACCOUNT,
    ...["iam", "create-role", "--role-name", "ContainEC2Instance-Automation"],
    "--assume-role-policy-document",
    JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
  );
  expect(made.status, made.all).toBe(0);
  const published = await person.npm(ACCOUNT, "publish", "--yes");
  expect(published.status, published.all).toBe(0);
  const slow = ["documentName=Slow", "documentFile=test/deploy/fixtures/slow.yaml"];
  const other = await person.npm(
    ACCOUNT,
    ...(["publish", "--yes", ...slow.flatMap((setting) => ["-c", setting])] as const),
  );
  expect(other.status, other.all).toBe(0);
});

describe("a run over several instances", () => {
  it("shows each plan, then each verdict with its key and release line; one command releases all by their own keys", async () => {
    const [one = "", two = "", broken = ""] = await tagged("1", 3);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [broken] }));
    const run = ["--tag", "Incident=1", "--bucket", "evidence"];
    const dry = await execute(...run);
    for (const id of [one, two])
      expect(dry.stdout).toMatch(
        new RegExp(
          `✔ ${id} {2}Dry run of Contain[\\s\\S]*?changes +eni-\\S+: from [^\n]*to the containment group[\\s\\S]*?calls +\\d+`,
        ),
      );

    // An instance that is terminated is no target any more; one that fails is.
    const failing = await instance(emulator, ACCOUNT, { Incident: "1" });
    emulator.faults.add({
      match: {
        operation: "CreateSecurityGroup",
        predicate: ({ parameters }) => JSON.stringify(parameters).includes(failing),
      },
      kind: { error: { code: "VpcIdNotSpecified", message: "no such luck", status: 400 } },
    });
    const contain = await execute(...run, ...live);
    emulator.faults.clear();
    expect(contain.status, contain.all).toBe(1);
    for (const id of [one, two]) {
      const [, key] =
        new RegExp(`✔ ${id} {2}Contained\n +key +s3://evidence/(\\S+)\n`).exec(contain.stdout) ??
        [];
      expect(contain.stdout).toContain(
        `npm run execute -- --region us-east-1 --action Release --instance ${id} --bucket evidence --prefix ${key} --no-dry-run`,
      );
    }
    expect(contain.stdout).toMatch(new RegExp(`✖ ${failing} {2}Containment failed[\\s\\S]*?why`));
    const [id = ""] = ids(contain.stdout);
    expect(contain.stdout).toContain(`--action Release --of ${id} --no-dry-run`);

    const plan = await execute("--action", "Release", "--of", id);
    expect(plan.status, plan.all).toBe(0);
    expect(plan.stdout).toMatch(new RegExp(`✔ ${one} {2}Dry run of Release[\\s\\S]*?back to sg-`));
    expect(await isContained(one)).toBe(true);

    const machine = await execute("--action", "Release", "--of", id, "--json");
    const plans = JSON.parse(machine.stdout).map(({ runs }: { runs: unknown[] }) => runs[0]);
    for (const instance of [one, two])
      expect(plans).toContainEqual(
        expect.objectContaining({
          instance,
          told: expect.objectContaining({ action: "Release", dryRun: true }),
        }),
      );

    const stop = emulator.faults.add({
      match: { operation: "StartAutomationExecution", nth: 2 },
      kind: { error: { code: "AccessDeniedException", message: "No more.", status: 400 } },
    });
    const cut = await execute("--action", "Release", "--of", id, "--max-concurrency", "3");
    stop();
    expect(cut.status).toBe(1);
    // One was started, one was refused and one would have been the next.
    expect(
      cut.stdout.match(/It goes on in AWS\. Pick it up again with:\n {2}npm run status/g),
    ).toHaveLength(1);
    expect(cut.stdout.match(/npm run status/g)).toHaveLength(1);
    expect(cut.stdout.match(/Not begun, as far as is known: i-/g)).toHaveLength(1);
    expect(cut.stdout.match(/Not begun: i-/g)).toHaveLength(1);

    emulator.calls.clear();
    const released = await execute("--action", "Release", "--of", id, ...live);
    expect(released.status, released.all).toBe(0);
    expect(released.stdout).toContain("Together 3 instances");
    expect(await Promise.all([one, two].map(isContained))).toEqual([false, false]);
    const starts = emulator.calls
      .all()
      .filter(({ operation }) => operation === "StartAutomationExecution")
      .map(({ parameters }) => (parameters as { Parameters: Record<string, string[]> }).Parameters);
    expect(new Set(starts.map(({ S3PrefixName }) => S3PrefixName?.[0])).size).toBe(3);
    // Target maps, the other way to give each target its own key, take values of 50 characters.
    expect(
      Math.min(...starts.map(({ S3PrefixName = [""] }) => S3PrefixName[0]?.length ?? 0)),
    ).toBeGreaterThan(50);
  });

  it("gives verdicts, keys and places as JSON, from execute and from status", async () => {
    await tagged("2", 2);
    const run = await execute("--tag", "Incident=2", "--bucket", "evidence", ...live, "--json");
    const [state] = JSON.parse(run.stdout);
    expect(state.runs).toHaveLength(2);
    expect(state.runs[0].told).toMatchObject({
      action: "Contain",
      headline: "Contained",
      backup: { bucket: "evidence", key: expect.stringMatching(/\.[0-9a-f]{64}\.json$/) },
    });
    const again = await person.npm(ACCOUNT, "status", state.id, "--no-follow", "--json");
    expect(JSON.parse(again.stdout).runs).toEqual(state.runs);
    expect(again.stderr).toContain("2 × Contained");
  });
});

it("a tag or a group that names no instance is no success", async () => {
  const nobody = await execute("--tag", "Incident=mistyped", "--bucket", "evidence");
  expect(nobody.status).toBe(1);
  expect(nobody.stdout).toContain("No instance was found: nothing was done.");
  const group = await execute("--resource-group", "mistyped", "--bucket", "evidence");
  expect(group.status).toBe(1);
  expect(group.stderr).toMatch(/There are no such instances[\s\S]*--resource-group/);
});

describe("--of leaves out, or refuses in words,", () => {
  const of = (id: string, ...more: readonly string[]) =>
    execute("--action", "Release", "--of", id, ...more);

  it("an instance that was contained again since, and takes the key that holds from the later run", async () => {
    const [one = "", two = ""] = await tagged("3", 2);
    const first = await execute("--tag", "Incident=3", "--bucket", "evidence", ...live);
    const [old = ""] = ids(first.stdout);
    const rule = `[{"Cidr":"192.0.2.10/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}]`;
    const second = await execute(
      ...["--instance", one, "--bucket", "evidence", "--ingress", rule, ...live],
    );
    const [later = ""] = ids(second.stdout);
    const some = await of(old, ...live);
    expect(some.status).toBe(1);
    expect(some.stdout).toContain(
      `✖ ${one} is left out: it was contained again since, by the execution ${later}`,
    );
    expect(await Promise.all([one, two].map(isContained))).toEqual([true, false]);
    const both = await of(`${old},${later}`, ...live);
    expect(both.status, both.all).toBe(0);
    expect(await isContained(one)).toBe(false);
  });

  it("a dry run, a Release, a run under way, one of another document and one that is not there", async () => {
    const id = await instance(emulator, ACCOUNT);
    const on = ["--instance", id, "--bucket", "evidence"];
    const [dry = ""] = ids((await execute(...on)).stdout);
    expect((await of(dry)).stderr).toContain("was a dry run: it contained nothing");
    const [contain = ""] = ids((await execute(...on, ...live)).stdout);
    const [release = ""] = ids((await of(contain, ...live)).stdout);
    expect((await of(release)).stderr).toContain("was a Release: it contained nothing");
    const [slow = ""] = ids(
      (await execute("--document", "Slow", "--instance", id, "--no-follow")).stdout,
    );
    expect((await of(slow)).stderr).toContain("has not ended");
    await person.aws(
      ACCOUNT,
      "ssm",
      "stop-automation-execution",
      "--automation-execution-id",
      slow,
    );
    await emulator.engine.settled(slow);
    expect((await of(slow)).stderr).toContain("of the document Slow ended as Cancelled");
    const nobody = await of("0f0f0f0f-0000-4000-8000-000000000000");
    expect(nobody.stderr).toMatch(
      /There is no execution 0f0f[\s\S]*30 days[\s\S]*npm run contained/,
    );
  });

  it("what belongs to other ways of starting", async () => {
    const id = "01234567-89ab-4cde-8f01-23456789abcd";
    emulator.calls.clear();
    expect((await execute("--of", id)).stderr).toContain("Give --action Release");
    expect((await of(id, "--bucket", "evidence")).stderr).toContain("--bucket");
    expect((await of("abc")).stderr).toContain("abc is not the id of an execution");
    expect(emulator.calls.all()).toEqual([]);
  });

  it("nothing of a run that Systems Manager has forgotten: the groups have the keys", async () => {
    const id = await instance(emulator, ACCOUNT);
    const [run = ""] = ids(
      (await execute("--instance", id, "--bucket", "evidence", ...live)).stdout,
    );
    emulator.faults.add({
      match: {
        operation: "GetAutomationExecution",
        predicate: ({ parameters }) => JSON.stringify(parameters).includes(run),
      },
      kind: {
        error: { code: "AutomationExecutionNotFoundException", message: "gone", status: 400 },
      },
    });
    const released = await of(run, ...live);
    emulator.faults.clear();
    expect(released.status, released.all).toBe(0);
    expect(released.stdout).toContain("the keys are from the groups that it made");
    expect(await isContained(id)).toBe(false);
  });
});

describe("npm run contained", () => {
  const interfaceOf = async (id: string): Promise<{ eni: string; vpc: string }> => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const [first] = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
    return { eni: first?.NetworkInterfaceId ?? "", vpc: first?.VpcId ?? "" };
  };
  const block = (text: string, id: string): string =>
    text.split(/\n(?=[✔✖!] |\d+ contained)/).find((part) => part.includes(id)) ?? "";

  it("lists since when, by which run and with which key, reads only, and what is released is listed no more", async () => {
    const [id = ""] = await tagged("4", 1);
    const run = await execute("--tag", "Incident=4", "--bucket", "evidence", ...live);
    emulator.calls.clear();
    const found = await listed();
    const shown = block(found.stdout, id);
    expect(shown).toMatch(/^✔ \S+ {2}contained since \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(shown).toContain("groups, execution and tag agree");
    expect(
      emulator.calls.all().filter(({ operation }) => !/^(Describe|Get|List)/.test(operation)),
    ).toEqual([]);
    const [, line = ""] = /release +npm run execute -- (.*)/.exec(shown) ?? [];
    expect(run.stdout).toContain(line);
    const released = await execute(...line.split(" "), "--yes");
    expect(released.status, released.all).toBe(0);
    expect(block((await listed()).stdout, id)).toBe("");
  });

  it("tells forged tags and groups, groups that were given back by hand, and rules that were added, and ends with status 1", async () => {
    const [byHand = "", opened = ""] = await tagged("5", 2);
    const run = await execute("--tag", "Incident=5", "--bucket", "evidence", ...live);
    expect(run.status, run.all).toBe(0);
    const { eni, vpc } = await interfaceOf(byHand);
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [vpc] }] }),
    );
    const groupNamed = (name: RegExp): string =>
      SecurityGroups.find(({ GroupName = "" }) => name.test(GroupName))?.GroupId ?? "";
    await ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni,
        Groups: [groupNamed(/^default$/)],
      }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: groupNamed(new RegExp(`-containment-${opened}-`)),
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 4444, ToPort: 4444, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        ],
      }),
    );
    const [tag = "", group = ""] = await tagged("6", 2);
    await ec2.send(
      new CreateTagsCommand({
        Resources: [tag],
        Tags: [{ Key: "ContainEC2Instance:Backup", Value: "s3://evil/\u001b[2Jkey" }],
      }),
    );
    const execution = "01234567-89ab-4cde-8f01-23456789abcd";
    const forged = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: `ContainEC2Instance-containment-${group}-${execution}`,
        Description: `${new Date().toISOString().slice(0, 16).replace(/\D/g, "/")}/${execution}.${"a".repeat(64)}.json`,
        VpcId: vpc,
      }),
    );
    await ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: (await interfaceOf(group)).eni,
        Groups: [forged.GroupId ?? ""],
      }),
    );
    const found = await listed();
    expect(found.status).toBe(1);
    expect(found.stdout).not.toContain("\u001b");
    expect(block(found.stdout, byHand)).toMatch(
      /^✖ .*not contained[\s\S]*no Release gave its groups back/,
    );
    expect(block(found.stdout, opened)).toMatch(
      /^! .*contained since[\s\S]*also allows Ingress tcp 4444 0\.0\.0\.0\/0/,
    );
    expect(block(found.stdout, tag)).toMatch(
      /^✖ .*not contained[\s\S]*the tag is forged or left over/,
    );
    expect(block(found.stdout, group)).toMatch(
      /^! .*NOT CONFIRMED[\s\S]*No execution says that it made/,
    );
    const machine = await listed("--json");
    const { contained } = JSON.parse(machine.stdout);
    expect(contained.find((each: { instance: string }) => each.instance === opened)).toMatchObject({
      state: "contained",
      sources: { groups: "agrees", execution: "agrees", tag: "agrees" },
      problems: [expect.stringContaining("4444")],
      release: expect.stringContaining(`--instance ${opened}`),
    });
    await ec2.send(
      new DeleteTagsCommand({ Resources: [tag], Tags: [{ Key: "ContainEC2Instance:Backup" }] }),
    );
    expect(block((await listed()).stdout, tag)).toBe("");
  });

  it("says so where nothing is contained, and where it may not read", async () => {
    const nothing = await listed("--region", "eu-west-1,eu-north-1");
    expect(nothing.status, nothing.all).toBe(0);
    expect(nothing.stdout).toContain(`Nothing is contained in 2 of 2 Regions of ${ACCOUNT}`);
    const other = await listed("--accounts", "444455556666");
    expect(other.status).toBe(1);
    expect(other.stderr).toContain("Give --assume-role");
    for (const region of ["mars", ""])
      expect((await listed("--region", region)).stderr).toContain("--region");
  });
});
