/** How long it takes until an instance is isolated, counted in AWS calls that wait for each other. */
import { type Emulator, startEmulator } from "automation-emulator";
import type { AwsCall } from "automation-emulator/gateway/calls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../account/run.ts";
import { moves } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";
import { chainOf } from "../bench/lib/chain.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
  // Each call takes as long as this, so that those that are made side by side overlap.
  emulator.faults.add({ match: { automationOnly: true }, kind: { delayMs: 400 } });
  const puts = { automationOnly: true, operation: "ModifyNetworkInterfaceAttribute" };
  emulator.faults.add({ match: puts, kind: { delayMs: 1600 } });
});
afterAll(() => emulator.close());

/** The calls of a run, without the service's own AssumeRole, in the order in which they were made. */
const callsOf = (run: Run): readonly AwsCall[] =>
  emulator.calls.of({ executionId: run.id }).filter((call) => call.service !== "sts");

/** The calls up to the one by which the last interface was contained. */
function upToIsolation(testAccount: TestAccount, run: Run): readonly AwsCall[] {
  const closing = moves(testAccount, run).slice(-testAccount.interfaceIds.length);
  const last = Math.max(...closing.map(({ id }) => id));
  return callsOf(run).filter(({ id }) => id <= last);
}

const many = (count: number): readonly (readonly ["web"])[] =>
  Array.from({ length: count }, () => ["web"] as const);

test.concurrent.each([1, 4, 33])(
  "an instance of %i interfaces is isolated by at most 14 calls one after another, open for two, by at most six scripts, and released by at most 14",
  async (count) => {
    const testAccount = await makeTestAccount(emulator, { interfaces: many(count) });
    const contained = await testAccount.contain();
    expect(contained.status, contained.report).toBe("Success");
    const calls = upToIsolation(testAccount, contained);
    const names = calls.map(({ step, operation }) => `${step} ${operation}`).join("\n");
    expect(chainOf(calls), names).toBeLessThanOrEqual(14);
    const exposure = moves(testAccount, contained);
    expect(exposure).toHaveLength(2 * count);
    expect(chainOf(exposure)).toBe(2);
    const steps = contained.steps.map(({ name }) => name);
    const before = steps.slice(0, steps.indexOf("createContainmentSecurityGroup") + 1);
    expect(before.filter((name) => scripts.has(name)).length).toBeLessThanOrEqual(6);
    const released = await testAccount.release(backupKey(contained));
    expect(released.status, released.report).toBe("Success");
    expect(chainOf(callsOf(released))).toBeLessThanOrEqual(14);
  },
);

/** The steps up to the isolation that run a script. */
const scripts = new Set([
  "validateRequiredInputs",
  "getAutoScalingInstanceInfo",
  "backupBucketPreChecks",
  "backupInstanceSecurityGroups",
  "modifyAutoScalingGroup",
  "createContainmentSecurityGroup",
]);
