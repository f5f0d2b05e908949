import { expect, test } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { groupState, makeAutoScalingGroup, memberTestAccount } from "./asg.ts";
import { differences } from "./snapshot.plain.ts";
import { backupKey, makeTestAccount } from "./testAccount.ts";

const emulator = await sharedEmulator();

test("differences names each place where two states differ", () => {
  const before = { a: { b: ["x"], c: 1 }, d: "same" };
  expect(differences(before, before)).toEqual([]);
  expect(differences(before, { a: { b: ["x", "y"], c: 2 }, d: "same" })).toEqual([
    'a b y: – → "there"',
    "a c: 1 → 2",
  ]);
});

test("a snapshot sees what a containment and a release change", async () => {
  const testAccount = await makeTestAccount(emulator);
  const before = await testAccount.snapshot();
  const contained = await testAccount.contain();
  expect(contained).toMatchObject({ status: "Success", reportStep: "containFinalOutput" });
  const seen = differences(before, await testAccount.snapshot());
  for (const part of [
    ...testAccount.interfaceIds,
    testAccount.bucket,
    "ContainEC2Instance-containment",
  ])
    expect(seen.join("\n")).toContain(part);
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.report).toBe("Success");
  const left = differences(before, await testAccount.snapshot());
  expect(left.filter((line) => !line.startsWith(`buckets ${testAccount.bucket} versions`))).toEqual(
    [],
  );
});

test("an instance of an Auto Scaling group takes the place of the account's own", async () => {
  const testAccount = await makeTestAccount(emulator);
  const group = await makeAutoScalingGroup(testAccount, { min: 1, max: 3, desired: 2 });
  const member = await memberTestAccount(testAccount, group);
  expect(member.interfaceIds).toHaveLength(1);
  const run = await member.contain();
  expect(run.status, run.failure).toBe("Success");
  const state = await groupState(testAccount);
  expect(state).toMatchObject({ min: 1, desired: 1 });
  expect(state.states[member.instanceId]).toBe("Standby");
});
