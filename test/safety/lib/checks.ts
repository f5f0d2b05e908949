/** What must hold after every run, whatever failed in it: read from the account, never from a report alone. */

import type { Run } from "../../account/run.ts";
import { differences } from "../../account/snapshot.plain.ts";
import { rulesOf, type Snapshot } from "../../account/snapshot.ts";
import { groupsByInterface, ownGroups } from "../../account/state.ts";
import type { TestAccount } from "../../account/testAccount.ts";

/** Invariant 3: interfaces that are on an all-access group, or on one of the runbook's that is open to the world. */
export async function openInterfaces(testAccount: TestAccount): Promise<readonly string[]> {
  const [interfaces, groups] = await Promise.all([
    groupsByInterface(testAccount),
    ownGroups(testAccount),
  ]);
  const open = groups
    .filter(
      (group) =>
        group.GroupName?.includes("-all-access-") ||
        /(?:0\.0\.0\.0|::)\/0/.test(
          `${rulesOf(group.IpPermissions)} ${rulesOf(group.IpPermissionsEgress)}`,
        ),
    )
    .map((group) => group.GroupId ?? "");
  return Object.entries(interfaces)
    .filter(([, on]) => on.some((group) => open.includes(group)))
    .map(([id, on]) => `${id} is open: ${on.join(", ")}`);
}

/** How many interfaces are on nothing but a containment group, and how many there are. */
async function isolation(
  testAccount: TestAccount,
): Promise<{ readonly inside: number; readonly all: number }> {
  const [interfaces, groups] = await Promise.all([
    groupsByInterface(testAccount),
    ownGroups(testAccount),
  ]);
  const inside = groups
    .filter((group) => group.GroupName?.includes("-containment-"))
    .map((group) => group.GroupId ?? "");
  const each = Object.values(interfaces);
  return {
    inside: each.filter((on) => on.length === 1 && inside.includes(on[0] ?? "")).length,
    all: each.length,
  };
}

/**
 * Invariants 6 and 10: what a run says of the instance, and is not so.
 *
 * @param completed whether somebody stopped the run with Complete, which makes a Success of whatever it is: its report
 *   tells the truth all the same
 */
export async function lies(
  testAccount: TestAccount,
  run: Run,
  completed = false,
): Promise<string[]> {
  const { inside, all } = await isolation(testAccount);
  const title = String(run.json.Title ?? "");
  const wrong: string[] = [];
  if (/^(?:ALREADY )?CONTAINED/.test(title) && inside < all)
    wrong.push(`"${title}", and ${inside} of ${all} interfaces are contained`);
  if (/instance IS isolated/.test(title) && inside < all)
    wrong.push(`"${title}", and ${inside} of ${all} interfaces are contained`);
  // What the verdict found, as a run that died after it shows no report.
  const found = JSON.stringify(run.json);
  if (/is NOT isolated/.test(title) && inside > 0 && !found.includes("NOT AS ASKED"))
    wrong.push(`"${title}", and ${inside} of ${all} interfaces are contained`);
  if (/FAILED/.test(title) && run.status === "Success" && !completed)
    wrong.push(`a Success is called "${title}"`);
  // One that died after the verdict shows no report, or had shown it just before: what the verdict found is so.
  const died = /as a crash would/.test(run.failure);
  if (
    /^(?:ALREADY )?CONTAINED|^RELEASED/.test(title) &&
    run.reportStep &&
    run.status === "Failed" &&
    !died
  )
    wrong.push(`a Failed run is called "${title}"`);
  if (/^RELEASED/.test(title) && inside > 0) wrong.push(`"${title}", and ${inside} are contained`);
  return wrong;
}

/** What a containment leaves on purpose: its backups, its images and a bucket that it made. */
const kept = ["buckets", "images", "snapshots", "volumes"] as const;

/** The state of an account, without what a containment leaves on purpose. */
export const lasting = (testAccount: TestAccount): Promise<Snapshot> => testAccount.snapshot(kept);

const left = new RegExp(`^(?:${kept.join("|")})\\b`);

/** How a state differs from that before a containment, but for what a containment leaves on purpose. */
export const drift = (before: Snapshot, after: Snapshot): readonly string[] =>
  differences(before, after).filter((line) => !left.test(line));
