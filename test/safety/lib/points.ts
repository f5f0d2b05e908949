/** Where faults may be put: the calls and steps of a scenario's clean runs. */
import type { Emulator } from "automation-emulator";
import type { AwsCall } from "automation-emulator/gateway/calls";
import type { Fault } from "automation-emulator/gateway/faults";
import type { Run } from "../../account/run.ts";
import { backupKey } from "../../account/testAccount.ts";
import type { Scenario } from "./scenarios.ts";
import { liesIn } from "./sweep.ts";

/** A containment, one of an instance that is contained already, or a release. */
export type Action = "Contain" | "Contain again" | "Release";

/** A call of a clean run, or a step's beginning or end. */
export interface Point {
  readonly name: string;
  readonly match: Fault["match"];
}

/** What the clean run of a scenario's Contain, of another one, or of the Release after them, calls. */
export interface Recorded {
  readonly scenario: Scenario;
  readonly action: Action;
  /** Each operation of each step at its first and at its last time (of a wait, its second); by name, as calls side by side come in any order. */
  readonly calls: readonly Point[];
  /** Every step that ran, whatever its action. */
  readonly steps: readonly Point[];
}

/**
 * Contains, contains again and releases without any fault.
 *
 * @throws Error if one of them fails or says what is not so
 */
export async function record(emulator: Emulator, scenario: Scenario): Promise<readonly Recorded[]> {
  const testAccount = await scenario.make(emulator);
  const contained = await testAccount.contain(scenario.parameters);
  const wrong = [...(await liesIn(scenario, testAccount, contained))];
  const again = await testAccount.contain(scenario.parameters);
  wrong.push(...(await liesIn(scenario, testAccount, again)));
  const released = await testAccount.release(backupKey(contained));
  wrong.push(...(await liesIn(scenario, testAccount, released)));
  for (const { status, failure } of [contained, again, released])
    if (status !== "Success") wrong.push(failure);
  if (wrong.length > 0) throw new Error(`${scenario.name}, without any fault: ${wrong.join("; ")}`);
  const recorded = (action: Action, run: Run): Recorded => ({
    scenario,
    action,
    calls: pointsOf(emulator.calls.of({ executionId: run.id })),
    steps: run.steps.map(({ name }) => ({
      name: `step ${name}`,
      match: { event: "step", step: name },
    })),
  });
  return [
    recorded("Contain", contained),
    recorded("Contain again", again),
    recorded("Release", released),
  ];
}

/** Whether a step makes a call until it sees something: how often differs from run to run, and trials must not. */
const waits = (step: string, operation: string): boolean =>
  operation === "DescribeImages" && /^create(?:Image|EncryptedCopy)$/.test(step);

/** The points of the calls of a run. */
export function pointsOf(calls: readonly Pick<AwsCall, "operation" | "step">[]): readonly Point[] {
  const count = new Map<string, { operation: string; step: string; times: number }>();
  for (const { operation, step } of calls) {
    if (operation === "AssumeRole" || step === undefined) continue;
    const key = `${step} ${operation}`;
    count.set(key, { operation, step, times: (count.get(key)?.times ?? 0) + 1 });
  }
  return [...count.values()]
    .flatMap(({ operation, step, times }) =>
      [...new Set([1, waits(step, operation) ? 2 : times])].map((nth) => ({
        name: `${operation} ${nth} of ${step}`,
        match: { operation, step, nth },
      })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
