import { type Emulator, startEmulator } from "automation-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupState, makeAutoScalingGroup, memberWorld } from "./asg.ts";
import { differences } from "./snapshot.plain.ts";
import { backupKey, makeWorld } from "./world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

test("differences names each place where two states differ", () => {
  const before = { a: { b: ["x"], c: 1 }, d: "same" };
  expect(differences(before, before)).toEqual([]);
  expect(differences(before, { a: { b: ["x", "y"], c: 2 }, d: "same" })).toEqual([
    'a b y: – → "there"',
    "a c: 1 → 2",
  ]);
});

test("a snapshot sees what a containment and a release change", async () => {
  const world = await makeWorld(emulator);
  const before = await world.snapshot();
  const contained = await world.contain();
  expect(contained).toMatchObject({ status: "Success", reportStep: "containFinalOutput" });
  const seen = differences(before, await world.snapshot());
  for (const part of [...world.interfaceIds, world.bucket, "ContainEC2Instance-containment"])
    expect(seen.join("\n")).toContain(part);
  const released = await world.release(backupKey(contained));
  expect(released.status, released.report).toBe("Success");
  const left = differences(before, await world.snapshot());
  expect(left.filter((line) => !line.startsWith(`buckets ${world.bucket} versions`))).toEqual([]);
});

test("an instance of an Auto Scaling group takes the place of the account's own", async () => {
  const world = await makeWorld(emulator);
  const group = await makeAutoScalingGroup(world, { min: 1, max: 3, desired: 2 });
  const member = await memberWorld(world, group);
  expect(member.interfaceIds).toHaveLength(1);
  const run = await member.contain();
  expect(run.status, run.failure).toBe("Success");
  const state = await groupState(world);
  expect(state).toMatchObject({ min: 1, desired: 1 });
  expect(state.states[member.instanceId]).toBe("Standby");
});
