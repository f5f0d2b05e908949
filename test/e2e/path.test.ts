import type { AutomationExecution } from "@aws-sdk/client-ssm";
import { type Emulator, startEmulator } from "automation-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aws } from "../world/cli.ts";
import { documentName } from "../world/document.ts";
import { finished, type Parameters, type Run, runOf, start } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { expectIsolated } from "../world/state.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

type Driver = (world: World, parameters: Parameters) => Promise<Run>;

const byCommandLine: Driver = async (world, parameters) => {
  const started = await aws(world, [
    ...["ssm", "start-automation-execution", "--document-name", documentName],
    ...["--parameters", JSON.stringify(lists(parameters))],
  ]);
  const id = String(started.AutomationExecutionId);
  await world.emulator.engine.settled(id);
  const read = await aws(world, [
    ...["ssm", "get-automation-execution", "--automation-execution-id", id],
  ]);
  return runOf(read.AutomationExecution as AutomationExecution);
};

const bySdk: Driver = async (world, parameters) =>
  finished(world.ssm, world.emulator.engine, await start(world.ssm, parameters));

const lists = (parameters: Parameters): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === "string" ? [value] : value,
    ]),
  );

/** What every run of a test gives. */
const usual = (world: World): Parameters => ({
  InstanceId: world.instanceId,
  S3BucketName: world.bucket,
  AutomationAssumeRole: world.role,
  TagIdentifier: "Key=Case,Value=4711",
});

describe.each([
  ["the aws command line", byCommandLine],
  ["the JavaScript SDK", bySdk],
])("driven by %s", (_, drive) => {
  test("a dry run changes nothing, Contain isolates, Release gives everything back but for the backup", async () => {
    const world = await makeWorld(emulator);
    const before = await world.snapshot();

    const dry = await drive(world, usual(world));
    expect(dry).toMatchObject({ status: "Success", reportStep: "reportContain" });
    expect(emulator.calls.mutating({ executionId: dry.id })).toEqual([]);
    expect(differences(before, await world.snapshot())).toEqual([]);

    const contained = await drive(world, { ...usual(world), DryRun: "false" });
    expect(contained, contained.failure).toMatchObject({
      status: "Success",
      reportStep: "containFinalOutput",
    });
    await expectIsolated(world);
    const after = await world.snapshot();

    const release = { ...usual(world), Action: "Release", S3PrefixName: backupKey(contained) };
    const dryRelease = await drive(world, release);
    expect(dryRelease).toMatchObject({ status: "Success", reportStep: "reportRestore" });
    expect(emulator.calls.mutating({ executionId: dryRelease.id })).toEqual([]);
    expect(differences(after, await world.snapshot())).toEqual([]);

    const released = await drive(world, { ...release, DryRun: "false" });
    expect(released, released.failure).toMatchObject({
      status: "Success",
      reportStep: "restoreFinalOutput",
    });
    const left = differences(before, await world.snapshot());
    const versions = `buckets ${world.bucket} versions ${backupKey(contained)} `;
    expect(left.filter((line) => !line.startsWith(versions))).toEqual(
      // The bucket had no object before.
      [`buckets ${world.bucket} versions: {} → –`],
    );
    expect(left.filter((line) => line.includes("latest: – → true"))).toHaveLength(1);
  });
});
