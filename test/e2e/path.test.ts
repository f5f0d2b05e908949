import type { AutomationExecution } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { aws } from "../account/cli.ts";
import { documentName } from "../account/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { finished, type Parameters, type Run, runOf, start } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { expectIsolated } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

type Driver = (testAccount: TestAccount, parameters: Parameters) => Promise<Run>;

const byCommandLine: Driver = async (testAccount, parameters) => {
  const started = await aws(testAccount, [
    ...["ssm", "start-automation-execution", "--document-name", documentName],
    ...["--parameters", JSON.stringify(lists(parameters))],
  ]);
  const id = String(started.AutomationExecutionId);
  await testAccount.emulator.engine.settled(id);
  const read = await aws(testAccount, [
    ...["ssm", "get-automation-execution", "--automation-execution-id", id],
  ]);
  return runOf(read.AutomationExecution as AutomationExecution);
};

const bySdk: Driver = async (testAccount, parameters) =>
  finished(testAccount.ssm, testAccount.emulator.engine, await start(testAccount.ssm, parameters));

const lists = (parameters: Parameters): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === "string" ? [value] : value,
    ]),
  );

/** What every run of a test gives. */
const usual = (testAccount: TestAccount): Parameters => ({
  InstanceId: testAccount.instanceId,
  S3BucketName: testAccount.bucket,
  AutomationAssumeRole: testAccount.role,
  TagIdentifier: "Key=Case,Value=4711",
});

describe.each([
  ["the aws command line", byCommandLine],
  ["the JavaScript SDK", bySdk],
])("driven by %s", (_, drive) => {
  test("a dry run changes nothing, Contain isolates, Release gives everything back but for the backup", async () => {
    const testAccount = await makeTestAccount(emulator);
    const before = await testAccount.snapshot();

    const dry = await drive(testAccount, usual(testAccount));
    expect(dry).toMatchObject({ status: "Success", reportStep: "reportContain" });
    expect(emulator.calls.mutating({ executionId: dry.id })).toEqual([]);
    expect(differences(before, await testAccount.snapshot())).toEqual([]);

    const contained = await drive(testAccount, { ...usual(testAccount), DryRun: "false" });
    expect(contained, contained.failure).toMatchObject({
      status: "Success",
      reportStep: "containFinalOutput",
    });
    await expectIsolated(testAccount);
    const after = await testAccount.snapshot();

    const release = {
      ...usual(testAccount),
      Action: "Release",
      S3PrefixName: backupKey(contained),
    };
    const dryRelease = await drive(testAccount, release);
    expect(dryRelease).toMatchObject({ status: "Success", reportStep: "reportRestore" });
    expect(emulator.calls.mutating({ executionId: dryRelease.id })).toEqual([]);
    expect(differences(after, await testAccount.snapshot())).toEqual([]);

    const released = await drive(testAccount, { ...release, DryRun: "false" });
    expect(released, released.failure).toMatchObject({
      status: "Success",
      reportStep: "restoreFinalOutput",
    });
    const left = differences(before, await testAccount.snapshot());
    const versions = `buckets ${testAccount.bucket} versions ${backupKey(contained)} `;
    expect(left.filter((line) => !line.startsWith(versions))).toEqual(
      // The bucket had no object before.
      [`buckets ${testAccount.bucket} versions: {} → –`],
    );
    expect(left.filter((line) => line.includes("latest: – → true"))).toHaveLength(1);
  });
});
