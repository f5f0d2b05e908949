import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { groupsOf, instance, type Organization, organization } from "./organization.ts";
import { type Session, session } from "./session.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const CENTRAL = "111122223333";
let emulator: Emulator;
let members: Organization;
let person: Session;

beforeAll(async () => {
  emulator = await sharedEmulator();
  members = await organization(emulator, CENTRAL, 1_200);
  person = session(emulator, "transcript-1200");
  person.say("An organization with three levels of units and 1,200 member accounts.");
});

describe("an organization with 1,200 accounts", () => {
  let pointer = "";

  it("is more than a document can be shared with, which is said before anything changes", async () => {
    await person.bootstrap(CENTRAL);
    const trusted = ["cloudformation", "activate-organizations-access"];
    expect((await person.aws(CENTRAL, ...trusted)).status).toBe(0);
    expect((await person.npm(CENTRAL, "deploy", "--yes")).status).toBe(0);
    emulator.calls.clear();
    const refused = await person.npm(CENTRAL, "share", "--unit", "root", "--yes");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("1,200 accounts in us-east-1; Systems Manager allows 1,000");
    expect(emulator.calls.all().filter(({ readOnly }) => !readOnly)).toEqual([]);
    pointer = /npm run deploy -- ([^.]*)\./.exec(refused.stderr)?.[1] ?? "";
    expect(pointer).toContain(`organizationalUnits=${members.root}`);
  });

  it("gets a copy of the document into every account in the way that the refusal points to", async () => {
    const ended = await person.npm(CENTRAL, "deploy", "--yes", ...pointer.split(" "));
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("2400 stacks in member accounts are current, 0 are not");
  });

  it("runs it in a member account", async () => {
    const member = members.accounts[1_199] ?? "";
    const id = await instance(emulator, member);
    const live = ["--bucket", `evidence-${member}`, "--no-dry-run", "--yes"];
    const ended = await person.npm(member, "execute", "--instance", id, ...live);
    expect(ended.status, ended.all).toBe(0);
    expect(await groupsOf(emulator, member, id)).toEqual([
      expect.stringMatching(`^ContainEC2Instance-containment-${id}-`),
    ]);
  });
});
