/** Tries a containment or a release while something goes wrong, and then what a person would do: again, and release. */
import { DescribeTagsCommand } from "@aws-sdk/client-ec2";
import type { Emulator } from "automation-emulator";
import type { FaultKind } from "automation-emulator/gateway/faults";
import type { Run } from "../../account/run.ts";
import type { Snapshot } from "../../account/snapshot.ts";
import { backupKey, type TestAccount } from "../../account/testAccount.ts";
import { drift, lasting, lies, openInterfaces } from "./checks.ts";
import type { Action, Point } from "./points.ts";
import type { Scenario } from "./scenarios.ts";
import { reachable } from "./state.ts";

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

/** Whether a kind of fault ends the execution, and so can be put at a step's beginning or end, too. */
export const ends = (kind: string): boolean => /^(?:kill|cancel|complete)/.test(kind);

/** A kind of fault at a point. */
export interface Placed {
  readonly point: Point;
  readonly kind: string;
}

/** What goes wrong while a scenario is contained, or released. */
export interface Trouble {
  readonly scenario: Scenario;
  readonly action: Action;
  /** Faults, each of which is met once. */
  readonly faults?: readonly Placed[];
  /** An IAM action that is refused for the whole run. */
  readonly denied?: string;
}

/** What isolation needs, and nothing else (invariant 4). */
export const needed: ReadonlySet<string> = new Set([
  "ec2:DescribeInstances",
  "s3:PutObject",
  "s3:GetObject",
  "ec2:CreateSecurityGroup",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:ModifyNetworkInterfaceAttribute",
]);

/** What a trial found that should not be; empty if all is well. */
export async function tryTrouble(emulator: Emulator, trouble: Trouble): Promise<readonly string[]> {
  const { scenario, action } = trouble;
  const testAccount = await scenario.make(emulator);
  const before = await lasting(testAccount);
  const key = action === "Contain" ? "" : backupKey(await testAccount.contain(scenario.parameters));
  const run = await during(emulator, testAccount, trouble, () =>
    action === "Release" ? testAccount.release(key) : testAccount.contain(scenario.parameters),
  );
  await runOut(emulator, run.id);
  // A cancelled script that runs on may finish its work after the report was written.
  const completed = (trouble.faults ?? []).some(({ kind }) => kind.startsWith("complete"));
  const said =
    run.status === "Cancelled" ? [] : await liesIn(scenario, testAccount, run, completed);
  const open = mayStayOpen(trouble) ? [] : await openInterfaces(testAccount);
  const wrong = [...open, ...said, ...(await notIsolated(testAccount, trouble, run))];
  if (wrong.length > 0) return wrong;
  if (action === "Release") return releaseAgain(testAccount, scenario, [key], before);
  const alone =
    action === "Contain" &&
    trouble.denied !== undefined &&
    trouble.denied === scenario.other?.leads;
  return finishAndRelease(testAccount, scenario, before, alone ? [backupKey(run)] : []);
}

/** What a run says and is not so, whichever document it is of. */
export const liesIn = async (
  { other }: Scenario,
  testAccount: TestAccount,
  run: Run,
  completed = false,
): Promise<readonly string[]> => [
  ...(await lies(testAccount, run, completed)),
  ...((await other?.lies(testAccount, run)) ?? []),
];

/** Runs the runbook while the trouble lasts. */
async function during(
  { faults, iam }: Emulator,
  { accountId }: TestAccount,
  trouble: Trouble,
  go: () => Promise<Run>,
): Promise<Run> {
  const stops = (trouble.faults ?? []).map(({ point, kind }) =>
    faults.add({
      match: { accountId, automationOnly: true, times: 1, ...point.match },
      kind: kindNamed(kind),
    }),
  );
  if (trouble.denied !== undefined)
    stops.push(iam.guardrails.deny({ actions: [trouble.denied], accountId }));
  try {
    return await go();
  } finally {
    for (const stop of stops) stop();
  }
}

function kindNamed(name: string): FaultKind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`There is no fault ${name}.`);
  return kind;
}

/** A process that dies between two calls of the script that opens and closes may leave an interface open (invariant 3). */
const mayStayOpen = ({ faults = [] }: Trouble): boolean =>
  faults.some(
    ({ kind, point: { match } }) =>
      kind.startsWith("kill") &&
      match.event !== "step" &&
      match.step === "createContainmentSecurityGroup",
  );

/** Invariant 4: without any permission but the needed ones, the instance is isolated all the same. */
async function notIsolated(
  testAccount: TestAccount,
  { scenario, action, denied }: Trouble,
  run: Run,
): Promise<readonly string[]> {
  if (denied === undefined || action === "Release") return [];
  if (scenario.other !== undefined) return scenario.other.leftUndone(testAccount, denied, run);
  if (needed.has(denied)) return [];
  // There is no bucket to write the backup to without this one.
  if (denied === "s3:CreateBucket" && run.status === "Failed") return [];
  const more = reachable(await lasting(testAccount), testAccount.instanceId, scenario.parameters);
  return more.map((line) => `without ${denied}, ${line}: ${run.failure.slice(0, 300)}`);
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
async function finishAndRelease(
  testAccount: TestAccount,
  scenario: Scenario,
  before: Snapshot,
  earlier: readonly string[],
): Promise<readonly string[]> {
  const again = await testAccount.contain(scenario.parameters);
  if (again.status !== "Success") return [`the further Contain: ${again.report || again.failure}`];
  const wrong = [
    ...(await openInterfaces(testAccount)),
    ...(await liesIn(scenario, testAccount, again)),
    ...(scenario.other === undefined ? await untagged(testAccount, scenario) : []),
  ];
  return wrong.length > 0
    ? wrong
    : releaseAgain(testAccount, scenario, [backupKey(again), ...earlier], before);
}

/** Invariant 8: the instance and its interfaces that have not the tags of a containment. */
async function untagged(
  { ec2, instanceId, interfaceIds }: TestAccount,
  { parameters = {} }: Scenario,
): Promise<readonly string[]> {
  const keys = [
    "ContainEC2Instance:Backup",
    ...(/Key=([^,]+)/.exec(String(parameters.TagIdentifier ?? ""))?.slice(1) ?? []),
  ];
  const ids = [instanceId, ...interfaceIds];
  const { Tags = [] } = await ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: ids }] }),
  );
  const has = new Set(Tags.map(({ ResourceId, Key }) => `${ResourceId} ${Key}`));
  return ids.flatMap((id) =>
    keys
      .filter((key) => !has.has(`${id} ${key}`))
      .map((key) => `the further Contain left ${id} without ${key}`),
  );
}

/** Invariant 5: a Release, or a further one, gives the state of before. */
async function releaseAgain(
  testAccount: TestAccount,
  scenario: Scenario,
  keys: readonly string[],
  before: Snapshot,
): Promise<readonly string[]> {
  const releases: Run[] = [];
  for (const key of keys) releases.push(await testAccount.release(key));
  const released = releases.at(-1);
  if (released?.status !== "Success")
    return [`the Release: ${released?.report || released?.failure || "there was no key"}`];
  return [
    ...(await liesIn(scenario, testAccount, released)),
    ...drift(before, await lasting(testAccount)).map((line) => `after the Release: ${line}`),
  ];
}
