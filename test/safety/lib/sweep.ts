/** One fault at one call of one scenario, and all that must hold afterwards. */

import type { Emulator } from "automation-emulator";
import type { Fault } from "automation-emulator/gateway/faults";
import type { Run } from "../../world/run.ts";
import { differences } from "../../world/snapshot.plain.ts";
import { backupKey } from "../../world/world.ts";
import { drift, lies, openInterfaces } from "./claims.ts";
import {
  faultAt,
  isCrash,
  type Kind,
  kinds,
  nameOf,
  type Planned,
  plannedCalls,
} from "./faults.ts";
import type { Finding, Job } from "./jobs.ts";
import type { Action, Lab, Ready } from "./lab.ts";
import { containAndRelease, releaseAgain } from "./recover.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { stateOf } from "./states.ts";

/** The calls of a clean run of a scenario. */
export interface Recorded {
  readonly scenario: string;
  readonly action: Action;
  readonly calls: readonly Planned[];
}

export interface SweepCase {
  readonly scenario: string;
  readonly action: Action;
  readonly call: Planned;
  readonly kind: Kind;
}

/** Runs a scenario without any fault, and gives the calls of its Contain and its Release. */
export async function record(emulator: Emulator, scenario: Scenario): Promise<Recorded[]> {
  const world = await scenario.make(emulator);
  const before = await world.snapshot();
  const contain = await world.contain(scenario.parameters);
  if (contain.status !== "Success") throw new Error(`${scenario.name}: ${contain.failure}`);
  const release = await world.release(backupKey(contain));
  const left = drift(before, await world.snapshot());
  if (release.status !== "Success" || left.length > 0)
    throw new Error(`${scenario.name}: ${release.failure} ${left.join("; ")}`);
  const calls = ({ id }: Run): readonly Planned[] =>
    plannedCalls(emulator.calls.of({ executionId: id }));
  return [
    { scenario: scenario.name, action: "Contain", calls: calls(contain) },
    { scenario: scenario.name, action: "Release", calls: calls(release) },
  ];
}

/** Every kind of fault at every call. */
export const casesOf = ({ scenario, action, calls }: Recorded): SweepCase[] =>
  calls.flatMap((call) =>
    kinds.flatMap((kind) =>
      faultAt(call, kind, "") === undefined ? [] : [{ scenario, action, call, kind }],
    ),
  );

export const idOf = ({ scenario, action, call, kind }: SweepCase): string =>
  `${action}, ${scenario}: ${nameOf(call)}, ${kind}`;

export const jobOf = (one: SweepCase): Job => ({
  section: /^(?:killed|cancelled)/.test(one.kind) ? "crashes" : "faults",
  id: idOf(one),
  run: (lab) => tryCase(lab, one),
});

/** Runs one case in an account of its own. */
export async function tryCase(lab: Lab, one: SweepCase): Promise<Finding> {
  const { emulator } = lab;
  const scenario = scenarios.find(({ name }) => name === one.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${one.scenario}`);
  const ready = await lab.take(scenario, one.action);
  const { world, before, earlier, key } = ready;
  const fault = faultAt(one.call, one.kind, world.accountId);
  if (fault === undefined) throw new Error(`${idOf(one)} is no fault of AWS`);
  const { met, remove } = putUp(emulator, fault);
  const run =
    one.action === "Release" ? await world.release(key) : await world.contain(scenario.parameters);
  remove();
  const now = await world.snapshot();
  const open = openInterfaces(now);
  const excused = isCrash(one.kind) || one.kind === "throttled everywhere from here on";
  const violations = [
    ...(excused ? [] : open.map((id) => `${id} was left open to all`)),
    ...(isCrash(one.kind) ? [] : lies(run, world.instanceId, before, earlier, now)),
    ...unhealed(one, run),
  ];
  const facts = {
    scenario: one.scenario,
    call: `${one.action} ${one.scenario} ${nameOf(one.call)}`,
    met: met(),
    status: run.status,
    title: String(run.json.Title ?? run.report).split(":")[0] ?? "",
    leftOpen: open.length > 0,
  };
  if (differences(earlier, now).length === 0) {
    lab.giveBack(scenario, one.action, ready);
    return { violations, facts: { ...facts, recovery: "nothing had changed" } };
  }
  const after = await recoverOnce(`${one.scenario} ${stateOf(world, before, now)}`, () =>
    recover(ready, scenario, one),
  );
  return {
    violations: [...violations, ...after.violations],
    facts: { ...facts, recovery: after.first ? "run" : "from the same state before" },
  };
}

/** Puts up a fault, and tells whether a call met it. */
function putUp(emulator: Emulator, fault: Fault): { met: () => boolean; remove: () => void } {
  let hit = false;
  const predicate: Fault["match"]["predicate"] = (call) => {
    const matches = fault.match.predicate?.(call) ?? true;
    hit ||= matches;
    return matches;
  };
  const remove = emulator.faults.add({ ...fault, match: { ...fault.match, predicate } });
  return { met: () => hit, remove };
}

/** Steps of AWS's own actions, of which it is not documented how often they repeat a call. */
const ownActions = /^(?:assert|describeAuto|createImage|createEncryptedCopy)/;

/** What heals by itself must not fail the run. */
function unhealed({ kind, call }: SweepCase, run: Run): readonly string[] {
  if (!/for a while|^timeout/.test(kind) || run.status === "Success") return [];
  // A bucket that was made a moment ago is not waited for: nothing has been changed by then.
  const early = kind === "not found for a while" && call.service === "s3";
  if (early || ownActions.test(call.step)) return [];
  return [`it ended ${run.status} though the fault passed: ${run.failure.slice(-400)}`];
}

const recovered = new Map<string, Promise<readonly string[]>>();

/** Recovers from each state once: many faults end in the same. */
async function recoverOnce(
  state: string,
  recovery: () => Promise<readonly string[]>,
): Promise<{ first: boolean; violations: readonly string[] }> {
  const known = recovered.get(state);
  if (known !== undefined) return { first: false, violations: await known };
  const running = recovery();
  recovered.set(state, running);
  return { first: true, violations: await running };
}

async function recover(
  { world, before, key }: Ready,
  scenario: Scenario,
  one: SweepCase,
): Promise<readonly string[]> {
  if (one.action === "Contain") return containAndRelease(world, scenario, before);
  // Half of the cases go on with the release, the others contain first.
  return one.call.nth % 2 === 0
    ? containAndRelease(world, scenario, before)
    : releaseAgain(world, key, before);
}
