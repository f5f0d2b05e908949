/** One fault at one call of one scenario, and all that must hold afterwards. */
import type { Emulator } from "../../../emulator/index.ts";
import type { Run } from "../../world/run.ts";
import { backupKey, type World } from "../../world/world.ts";
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
import { containAndRelease, releaseAgain } from "./recover.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

export type Action = "Contain" | "Release";

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

export interface Result {
  /** Whether the fault was met: a retry may make a call unneeded. */
  readonly met: boolean;
  /** How the run ended that met it. */
  readonly status: string;
  readonly title: string;
  readonly violations: readonly string[];
  /** A killed run left an interface on the all-access group: nothing of the runbook could close it. */
  readonly leftOpen: boolean;
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

/** Runs one case in an account of its own. */
export async function tryCase(emulator: Emulator, one: SweepCase): Promise<Result> {
  const scenario = scenarios.find(({ name }) => name === one.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${one.scenario}`);
  const world = await scenario.make(emulator);
  const before = await world.snapshot();
  let key = "";
  if (one.action === "Release") key = backupKey(await world.contain(scenario.parameters));
  const earlier = one.action === "Release" ? await world.snapshot() : before;
  const fault = faultAt(one.call, one.kind, world.accountId);
  if (fault === undefined) throw new Error(`${idOf(one)} is no fault of AWS`);
  let met = false;
  const { predicate } = fault.match;
  const remove = emulator.faults.add({
    ...fault,
    match: {
      ...fault.match,
      predicate: (call) => {
        const hit = predicate?.(call) ?? true;
        met ||= hit;
        return hit;
      },
    },
  });
  const run =
    one.action === "Release" ? await world.release(key) : await world.contain(scenario.parameters);
  remove();
  const now = await world.snapshot();
  const open = openInterfaces(now);
  const excused = isCrash(one.kind) || one.kind === "throttled everywhere from here on";
  const violations = [
    ...(excused ? [] : open.map((id) => `${id} was left open to all`)),
    ...(isCrash(one.kind) ? [] : lies(run, world.instanceId, before, earlier, now)),
    ...expected(one, run),
  ];
  violations.push(...(await recover(world, scenario, one, key, before)));
  return {
    met,
    status: run.status,
    title: String(run.json.Title ?? run.report).slice(0, 100),
    violations,
    leftOpen: open.length > 0,
  };
}

/** What heals by itself must not fail the run, and a cancelled run says that it was. */
function expected({ kind }: SweepCase, run: Run): readonly string[] {
  if (/for a while|^timeout/.test(kind) && run.status !== "Success")
    return [`it ended ${run.status} though the fault passed: ${run.failure.slice(0, 300)}`];
  return [];
}

async function recover(
  world: World,
  scenario: Scenario,
  one: SweepCase,
  key: string,
  before: Parameters<typeof drift>[0],
): Promise<readonly string[]> {
  if (one.action === "Contain") return containAndRelease(world, scenario, before);
  // Half of the cases go on with the release, the others contain first.
  return one.call.nth % 2 === 0
    ? containAndRelease(world, scenario, before)
    : releaseAgain(world, key, before);
}
