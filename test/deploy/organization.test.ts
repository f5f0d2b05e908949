import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { as, groupsOf, instance, type Organization, organization } from "./organization.ts";
import { type Session, session } from "./session.ts";

// From clone to a contained instance in a member account, with the real command lines.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const CENTRAL = "111122223333";
const OWNER_ARN = `arn:aws:ssm:us-east-1:${CENTRAL}:document/ContainEC2Instance`;
let emulator: Emulator;
let members: Organization;
let person: Session;

beforeAll(async () => {
  emulator = await sharedEmulator();
  members = await organization(emulator, CENTRAL, 60);
  person = session(emulator, "transcript-60");
  person.say("An organization with three levels of units and 60 member accounts.");
});

describe("an organization with three levels of units and 60 accounts", () => {
  it("is refused while it does not trust StackSets, with the command that changes it", async () => {
    await person.bootstrap(CENTRAL);
    const args = [
      "--yes",
      "-c",
      "administration=true",
      "-c",
      `organizationalUnits=${members.root}`,
    ];
    const refused = await person.npm(CENTRAL, "deploy", ...args);
    expect(refused.status).toBe(1);
    const remedy = /aws (cloudformation activate-organizations-access[^\n]*)/.exec(refused.stderr);
    expect((await person.aws(CENTRAL, ...(remedy?.[1] ?? "").split(" "))).status).toBe(0);
    const unknown = await person.npm(
      CENTRAL,
      "deploy",
      "--yes",
      "-c",
      "organizationalUnits=ou-ab12-cdefgh34",
    );
    expect(unknown.stderr).toContain("has no unit ou-ab12-cdefgh34");
  });

  it("gets the roles into every account that can take them, and names the one that can't", async () => {
    const iam = new IAMClient(as(emulator, members.accounts[2] ?? ""));
    const RoleName = "ContainEC2Instance-Automation";
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
    const args = [
      "--yes",
      "-c",
      "administration=true",
      "-c",
      `organizationalUnits=${members.root}`,
    ];
    const first = await person.npm(CENTRAL, "deploy", ...args);
    expect(first.status, first.all).toBe(1);
    expect(first.stdout).toContain("59 stacks in member accounts are current, 1 are not");
    expect(first.stdout).toMatch(new RegExp(`${members.accounts[2]} +│ us-east-1 │ .*${RoleName}`));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    const second = await person.npm(CENTRAL, "deploy", ...args);
    expect(second.status, second.all).toBe(0);
    expect(second.stdout).toContain("60 stacks in member accounts are current, 0 are not");
  });

  it("gets the document shared with every account with another", async () => {
    const ended = await person.npm(CENTRAL, "share", "--unit", "root", "--yes");
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("afterwards with 60");
  });

  it("contains and releases an instance in a member account, whose role is held to its policy", async () => {
    emulator.iam.enforce("*");
    const member = members.accounts[3] ?? "";
    const id = await instance(emulator, member);
    const before = await groupsOf(emulator, member, id);
    const same = ["--document", OWNER_ARN, "--bucket", `evidence-${member}`, "--instance", id];
    const dry = await person.npm(member, "execute", ...same);
    expect(dry.status, dry.all).toBe(0);
    expect(dry.stdout).toContain("DRY RUN");
    expect(await groupsOf(emulator, member, id)).toEqual(before);
    const live = await person.npm(member, "execute", ...same, "--no-dry-run", "--yes");
    expect(live.status, live.all).toBe(0);
    expect(await groupsOf(emulator, member, id)).toEqual([
      expect.stringMatching(`^ContainEC2Instance-containment-${id}-`),
    ]);
    const key = /s3:\/\/[^/\s]+\/(\S+\.json)/.exec(live.stdout)?.[1] ?? "";
    const free = ["--action", "Release", "--prefix", key, "--no-dry-run", "--yes"];
    const released = await person.npm(member, "execute", ...same, ...free);
    expect(released.status, released.all).toBe(0);
    expect(await groupsOf(emulator, member, id)).toEqual(before);
  });

  it("contains by tag in two accounts from the central one", async () => {
    const accounts = [members.accounts[5] ?? "", members.accounts[7] ?? ""];
    const ids = await Promise.all(
      accounts.map((account) => instance(emulator, account, { Incident: "4711" })),
    );
    const ended = await person.npm(
      CENTRAL,
      "execute",
      ...["--tag", "Incident=4711", "--accounts", accounts.join(","), "--regions", "us-east-1"],
      ...["--bucket", "evidence-{account}", "--no-dry-run", "--yes"],
    );
    expect(ended.status, ended.all).toBe(0);
    for (const [at, account] of accounts.entries())
      expect(await groupsOf(emulator, account, ids[at] ?? "")).toEqual([
        expect.stringMatching(`^ContainEC2Instance-containment-${ids[at]}-`),
      ]);
  });

  it("goes no further than the locations' errors allow, and says what it has not begun", async () => {
    const [outside, inside] = ["999988887777", members.accounts[9] ?? ""];
    const ended = await person.npm(
      CENTRAL,
      "execute",
      ...["--tag", "Incident=4711", "--accounts", `${outside},${inside}`],
      ...["--regions", "us-east-1", "--bucket", "evidence-{account}"],
      ...["--location-concurrency", "1", "--location-errors", "0"],
    );
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain("not authorized to perform: sts:AssumeRole");
    expect(ended.stdout).toContain(`Not begun: tag Incident=4711 in ${inside} / us-east-1`);
  });
});
