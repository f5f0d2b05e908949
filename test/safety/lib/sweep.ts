/** Tries a containment with one fault, and then what a person would do: again, and release. */
import type { Emulator } from "automation-emulator";
import type { Fault, FaultKind } from "automation-emulator/gateway/faults";
import { backupKey, type TestAccount } from "../../account/testAccount.ts";
import { drift, lies, openInterfaces } from "./checks.ts";
import type { Scenario } from "./scenarios.ts";

/** The ways in which a call, or the execution that makes it, can go wrong. */
export const kinds: Readonly<Record<string, FaultKind>> = {
  error: { error: { code: "InternalFailure", message: "On purpose.", status: 400 } },
  throttle: { throttle: true },
  "lost answer": { timeoutAfterEffect: true },
  "kill before": { kill: "before" },
  "kill after": { kill: "after" },
  "cancel before": { cancel: "before" },
  "cancel after": { cancel: "after" },
  "complete before": { complete: "before" },
  "complete after": { complete: "after" },
};

/** A call of a clean run, or a step's beginning or end. */
export interface Point {
  readonly name: string;
  readonly match: Fault["match"];
}

/** The calls that a clean run of a scenario makes: each operation of each step at its first and at its last time. */
export async function pointsOf(emulator: Emulator, scenario: Scenario): Promise<readonly Point[]> {
  const testAccount = await scenario.make(emulator);
  const run = await testAccount.contain(scenario.parameters);
  const calls = emulator.calls
    .of({ executionId: run.id })
    .filter(({ operation, step }) => operation !== "AssumeRole" && step !== undefined);
  const count = new Map<string, { operation: string; step: string; times: number }>();
  for (const { operation, step = "" } of calls) {
    const key = `${step} ${operation}`;
    count.set(key, { operation, step, times: (count.get(key)?.times ?? 0) + 1 });
  }
  return [...count.values()].flatMap(({ operation, step, times }) =>
    [...new Set([1, times])].map((nth) => ({
      name: `${operation} ${nth} of ${step}`,
      match: { operation, step, nth },
    })),
  );
}

/** Steps of a containment, at which it is cancelled or completed. */
export const stepPoints: readonly Point[] = [
  "backupInstanceSecurityGroups",
  "describeAutoScalingGroups",
  "modifyAutoScalingGroup",
  "createAllAccessSecurityGroup",
  "createContainmentSecurityGroup",
  "keepContainmentNotes",
  "verdict",
].map((step) => ({ name: `step ${step}`, match: { event: "step", step } }));

/** What a trial found that should not be; empty if all is well. */
export async function tryFault(
  emulator: Emulator,
  scenario: Scenario,
  point: Point,
  kind: FaultKind,
): Promise<readonly string[]> {
  const testAccount = await scenario.make(emulator);
  const before = await testAccount.snapshot();
  const stop = emulator.faults.add({
    match: { accountId: testAccount.accountId, automationOnly: true, times: 1, ...point.match },
    kind,
  });
  const run = await testAccount.contain(scenario.parameters);
  stop();
  await runOut(emulator, run.id);
  // A cancelled script that runs on may finish its work after the report was written.
  const said = run.status === "Cancelled" ? [] : await lies(testAccount, run);
  const wrong = [...(await openInterfaces(testAccount)), ...said];
  return wrong.length > 0 ? wrong : finishAndRelease(testAccount, scenario, before);
}

/** Waits until an execution makes no more calls: a cancelled script may run on. */
async function runOut(emulator: Emulator, executionId: string): Promise<void> {
  for (let last = -1; ; ) {
    const made = emulator.calls.of({ executionId }).length;
    if (made === last) return;
    last = made;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

/** Invariant 5: a further Contain finishes the work, and Release gives the state of before. */
export async function finishAndRelease(
  testAccount: TestAccount,
  scenario: Scenario,
  before: Awaited<ReturnType<TestAccount["snapshot"]>>,
): Promise<readonly string[]> {
  const again = await testAccount.contain(scenario.parameters);
  if (again.status !== "Success") return [`the further Contain: ${again.report || again.failure}`];
  const wrong = [...(await openInterfaces(testAccount)), ...(await lies(testAccount, again))];
  if (wrong.length > 0) return wrong;
  const released = await testAccount.release(backupKey(again));
  if (released.status !== "Success") return [`the Release: ${released.report || released.failure}`];
  return drift(before, await testAccount.snapshot()).map((line) => `after the Release: ${line}`);
}
