import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloseAccountCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import {
  DescribeDocumentPermissionCommand,
  ModifyDocumentPermissionCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { as, type Ended, type Organization, organization, run, SAMPLE } from "./organization.ts";

// Each test runs commands, which take a second or two to start.
vi.setConfig({ testTimeout: 60_000 });

let emulator: Emulator;
let members: Organization;
const MANAGEMENT = "111122223333";
const REGIONS = "us-east-1,eu-west-1";

const share = (args: readonly string[], account = MANAGEMENT): Promise<Ended> =>
  run("share", [...args, "-c", `regions=${REGIONS}`], emulator.env(account));

const shared = async (region: string): Promise<string[]> => {
  const client = new SSMClient(as(emulator, MANAGEMENT, region));
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeDocumentPermissionCommand({
        Name: "ContainEC2Instance",
        PermissionType: "Share",
        ...(NextToken && { NextToken }),
      }),
    );
    found.push(...(page.AccountIds ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.sort();
};

beforeAll(async () => {
  emulator = await sharedEmulator();
  members = await organization(emulator, MANAGEMENT, 60);
  const published = await run(
    "publish",
    ["--yes", "-c", `regions=${REGIONS}`, "-c", SAMPLE],
    emulator.env(MANAGEMENT),
  );
  expect(published.status, published.all).toBe(0);
}, 60_000);

describe("share", () => {
  it("asks before it changes anything", async () => {
    const ended = await share(["--unit", "root"]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("Give --yes");
    expect(await shared("us-east-1")).toEqual([]);
  });

  it("shares with every active account below a unit, nested ones included, in each Region, and leaves the owner out", async () => {
    const suspended = members.accounts[3] ?? "";
    await new OrganizationsClient(as(emulator, MANAGEMENT)).send(
      new CloseAccountCommand({ AccountId: suspended }),
    );
    emulator.calls.clear();
    const ended = await share(["--unit", members.units.top, "--yes"]);
    expect(ended.all).toContain("SUSPENDED");
    expect(ended.status).toBe(0);
    const below = members.accounts.filter((id, at) => at % 4 !== 0 && id !== suspended).sort();
    expect(below).toHaveLength(44);
    expect(await shared("us-east-1")).toEqual(below);
    expect(await shared("eu-west-1")).toEqual(below);
    const calls = emulator.calls
      .all()
      .filter((call) => call.operation === "ModifyDocumentPermission");
    expect(calls).toHaveLength(6);
  });

  it("changes nothing when it is run again", async () => {
    emulator.calls.clear();
    const ended = await share(["--unit", members.units.top, "--yes"]);
    expect(ended.stdout).toContain("Nothing to change");
    expect(
      emulator.calls.all().filter((call) => call.operation === "ModifyDocumentPermission"),
    ).toEqual([]);
  });

  it("goes on after a crash with what is missing", async () => {
    const ssm = new SSMClient(as(emulator, MANAGEMENT));
    const there = await shared("us-east-1");
    const lost = there.slice(0, 3);
    await ssm.send(
      new ModifyDocumentPermissionCommand({
        Name: "ContainEC2Instance",
        PermissionType: "Share",
        AccountIdsToRemove: lost,
      }),
    );
    emulator.calls.clear();
    expect((await share(["--unit", members.units.top, "--yes"])).status).toBe(0);
    const [call, ...more] = emulator.calls
      .all()
      .filter((one) => one.operation === "ModifyDocumentPermission");
    expect(more).toEqual([]);
    expect(call?.parameters).toMatchObject({ AccountIdsToAdd: lost });
    expect(await shared("us-east-1")).toEqual(there);
  });

  it("takes nothing back for a file that names nobody", async () => {
    const folder = mkdtempSync(join(tmpdir(), "contain-share-"));
    const file = join(folder, "accounts.txt");
    writeFileSync(file, "# cut off\n");
    const before = await shared("us-east-1");
    const ended = await share(["--file", file, "--prune", "--yes"]);
    rmSync(folder, { recursive: true });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("names no account");
    expect(await shared("us-east-1")).toEqual(before);
  });

  it("says so where all that were named are left out", async () => {
    const ended = await share(["--account", `${MANAGEMENT},${members.accounts[3]}`, "--yes"]);
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain(`left out: ${members.accounts[3]}`);
    expect(ended.stderr).toContain("nobody among the targets");
  });

  it("points out an account that is not of the organization, before it asks", async () => {
    const ended = await share(["--account", "999988887777"]);
    expect(ended.stdout).toContain("not in this organization: 999988887777");
    expect(ended.stderr).toContain("Give --yes");
  });

  it("takes accounts back with --prune alone", async () => {
    const before = await shared("us-east-1");
    const kept = await share(["--unit", members.units.bottom, "--yes"]);
    expect(kept.stdout).toContain("--prune removes them");
    expect(await shared("us-east-1")).toEqual(before);
    expect((await share(["--unit", members.units.bottom, "--prune", "--yes"])).status).toBe(0);
    expect(await shared("us-east-1")).toEqual(
      members.accounts.filter((_id, at) => at % 4 === 3 && at !== 3).sort(),
    );
  });

  it("rides out throttling", async () => {
    const clear = emulator.faults.add({
      match: { service: "ssm", operation: "ModifyDocumentPermission", times: 3 },
      kind: { throttle: true },
    });
    const ended = await share(["--unit", members.units.middle, "--yes"]);
    clear();
    expect(ended.status).toBe(0);
    expect(await shared("eu-west-1")).toHaveLength(29);
  });

  it("gets the others through when AWS refuses an account that was suspended meanwhile, and names it", async () => {
    const late = members.accounts[1] ?? "";
    const clear = emulator.faults.add({
      match: {
        operation: "ModifyDocumentPermission",
        predicate: ({ parameters }) => JSON.stringify(parameters).includes(late),
      },
      kind: {
        error: {
          code: "ValidationException",
          message: `Account ${late} is not active`,
          status: 400,
        },
      },
    });
    const before = (await shared("us-east-1")).length;
    const ended = await share(["--unit", members.units.top, "--yes"]);
    clear();
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain(`not shared with ${late}`);
    expect(await shared("us-east-1")).toHaveLength(before + 14);
  });

  it("is never public: it takes back a share with all, and refuses to make one", async () => {
    const ssm = new SSMClient(as(emulator, MANAGEMENT));
    await ssm.send(
      new ModifyDocumentPermissionCommand({
        Name: "ContainEC2Instance",
        PermissionType: "Share",
        AccountIdsToAdd: ["all"],
      }),
    );
    expect((await share(["--list"])).stdout).toContain("PUBLIC");
    const refused = await share(["--account", "all", "--yes"]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("would make the document public");
    await share(["--account", members.accounts[0] ?? "", "--yes"]);
    expect(await shared("us-east-1")).toEqual([members.accounts[0]]);
  });

  it("lists whom it is shared with, by name, with one look at the organization", async () => {
    emulator.calls.clear();
    const ended = await share(["--list"]);
    expect(ended.stdout).toContain("member-0");
    const looks = emulator.calls.all().filter(({ service }) => service === "organizations");
    expect(new Set(looks.map(({ operation }) => operation))).toEqual(new Set(["ListAccounts"]));
  });

  it("says what to do in an account that may not list the organization", async () => {
    await run(
      "publish",
      ["--yes", "-c", `regions=${REGIONS}`, "-c", SAMPLE],
      emulator.env(members.accounts[0]),
    );
    const ended = await share(["--unit", "root", "--yes"], members.accounts[0]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("delegated administrator");
  });

  it("says which Region lacks the document", async () => {
    const ended = await run(
      "share",
      ["--unit", "root", "--yes", "--region", "ap-south-1"],
      emulator.env(MANAGEMENT),
    );
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("There is no document ContainEC2Instance in ap-south-1");
  });
});
