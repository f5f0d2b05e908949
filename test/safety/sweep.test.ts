import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { makeTestAccount } from "../account/testAccount.ts";
import { lies, openInterfaces } from "./lib/checks.ts";
import { pointsOf } from "./lib/points.ts";
import { keep, kept, runAll } from "./lib/results.ts";
import { kinds } from "./lib/sweep.ts";
import { allTrials, partOf, sampleOf, type Trial } from "./lib/trials.ts";

const sampled = ["several interfaces", "Auto Scaling under MinSize pressure"];
/** The same trials each time: `npm run safety` tries others. */
const seed = 11;
let trials: readonly Trial[];
beforeAll(async () => {
  const recorder = await sharedEmulator({ timeScale: 30, cancelledScripts: "kill" });
  trials = await allTrials(recorder, { pairs: 20, seed, only: sampled });
});

test("the sweep has every kind of trouble, in Contain and in Release, and at every step of a clean run", () => {
  const found = [...new Set(trials.map(({ kind }) => kind))];
  for (const action of ["Contain", "Contain again", "Release"])
    for (const kind of [...Object.keys(kinds), "two faults", "permission refused"])
      expect(found).toContain(`${action}: ${kind}`);
  const names = trials.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const step of ["branchOnActionAndMode", "createAllAccessSecurityGroup", "verdict"])
    expect(names).toContain(`Contain, several interfaces: complete after at step ${step}`);
  expect(names).toContain(
    "Release, several interfaces: cancel before at step restoreInstanceConfiguration, and the script runs on",
  );
});

test("a sample has as many of each kind, and is the same for the same seed", () => {
  const count = new Set(trials.map(({ kind }) => kind)).size;
  const sample = sampleOf(trials, count, 1);
  expect(new Set(sample.map(({ kind }) => kind)).size).toBe(count);
  expect(sampleOf(trials, count, 1)).toEqual(sample);
  expect(sampleOf(trials, count, 2)).not.toEqual(sample);
});

test("a call is tried at its first and last time; how often a step looks for its image makes no other trials", () => {
  const times = (operation: string, step: string, count: number) =>
    pointsOf(Array.from({ length: count }, () => ({ operation, step }))).map(({ name }) => name);
  expect(times("CreateTags", "verdict", 3)).toEqual([
    "CreateTags 1 of verdict",
    "CreateTags 3 of verdict",
  ]);
  expect(times("CreateTags", "verdict", 1)).toEqual(["CreateTags 1 of verdict"]);
  for (const step of ["createImage", "createEncryptedCopy"])
    for (const count of [1, 2, 5])
      expect(times("DescribeImages", step, count)).toEqual([
        `DescribeImages 1 of ${step}`,
        `DescribeImages 2 of ${step}`,
      ]);
});

test("what a file has of results is read as it was kept, and a line that is none is told", () => {
  const folder = mkdtempSync(join(tmpdir(), "contain-safety-"));
  const file = join(folder, "trials.jsonl");
  const trial = { name: "Contain: error", kind: "error", scenario: "one" };
  try {
    expect(kept(file)).toEqual([]);
    for (const violations of [[], ["it is open"]]) keep(file, { trial, violations });
    expect(kept(file)).toEqual([
      { trial, violations: [] },
      { trial, violations: ["it is open"] },
    ]);
    appendFileSync(file, '{"name": "Contain');
    expect(() => kept(file)).toThrow("Line 3 of");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("all parts of the trials together are the trials, each once", () => {
  const parts = [1, 2, 3, 4].flatMap((which) => partOf(trials, { which, of: 4 }));
  expect(parts.length).toBe(trials.length);
  expect(new Set(parts)).toEqual(new Set(trials));
});

describe.each([["kill"], ["runOn"]] as const)(
  "where a cancelled script is ended by %s",
  (cancelledScripts) => {
    test("a sample of faults and forged hints leaves nothing open, no report lies, a further run finishes and Release gives all back (invariants 3, 4, 5, 6, 9, 10)", {
      timeout: 300_000,
    }, async () => {
      const emulator = await sharedEmulator({ timeScale: 30, cancelledScripts });
      const mine = trials.filter(({ mode }) => mode === cancelledScripts);
      const found = await runAll(
        emulator,
        sampleOf(mine, cancelledScripts === "kill" ? 30 : 6, seed),
        3,
      );
      expect(found.length).toBeGreaterThan(5);
      expect(
        found.flatMap(({ trial, violations }) =>
          violations.map((line) => `${trial.name}: ${line}`),
        ),
      ).toEqual([]);
    });
  },
);

describe("the checks themselves", () => {
  test("find an open interface, and a report that says more than is so", async () => {
    const emulator = await sharedEmulator({ timeScale: 30, cancelledScripts: "kill" });
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const run = await testAccount.contain();
    expect(await openInterfaces(testAccount)).toEqual([]);
    expect(await lies(testAccount, run)).toEqual([]);
    const [interfaceId = ""] = testAccount.interfaceIds;
    const { GroupId = "" } = await testAccount.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: `ContainEC2Instance-all-access-${testAccount.instanceId}-x`,
        Description: "open",
        VpcId: testAccount.network.vpcId,
      }),
    );
    await testAccount.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: interfaceId,
        Groups: [GroupId],
      }),
    );
    expect(await openInterfaces(testAccount)).toHaveLength(1);
    expect(await lies(testAccount, run)).toHaveLength(1);
  });
});
