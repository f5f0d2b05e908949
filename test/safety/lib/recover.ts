/** Does after a fault what a person would: run again, then release, and looks whether all is as it was. */
import { type Run, section } from "../../world/run.ts";
import type { Snapshot } from "../../world/snapshot.ts";
import { backupKey, type World } from "../../world/world.ts";
import { drift, lies, taggedObjects } from "./claims.ts";
import type { Scenario } from "./scenarios.ts";

/** One further Contain, then Release; what is not as it should be then. */
export async function containAndRelease(
  world: World,
  scenario: Scenario,
  before: Snapshot,
): Promise<readonly string[]> {
  const earlier = await world.snapshot();
  const again = await world.contain(scenario.parameters);
  const contained = await world.snapshot();
  const wrong = [
    ...unless(again, "Success", "the further Contain"),
    ...lies(again, world.instanceId, before, earlier, contained).map((lie) => `Contain: ${lie}`),
  ];
  if (wrong.length > 0) return wrong;
  return releaseAgain(world, backupKey(again), before);
}

/** A Release, which must bring the state of before. */
export async function releaseAgain(
  world: World,
  key: string,
  before: Snapshot,
  bucket: string = world.bucket,
): Promise<readonly string[]> {
  const run = await world.release(key, { S3BucketName: bucket });
  const released = await world.snapshot();
  return [
    ...unless(run, "Success", "the Release"),
    ...drift(before, released).map((line) => `after the Release: ${line}`),
    ...taggedObjects(released, key).map((line) => `after the Release: ${line}`),
  ];
}

function unless(run: Run, status: string, what: string): readonly string[] {
  if (run.status === status) return [];
  const failed = run.steps.flatMap((step) =>
    step.failure === "" || step.name === "endAsFailed"
      ? []
      : [`${step.name} ${step.status}: ${step.failure.slice(-300)}`],
  );
  const reasons = [...failed, ...section(run, "What failed")].join("; ");
  return [`${what} ended ${run.status}: ${String(run.json.Title ?? run.failure)}; ${reasons}`];
}
