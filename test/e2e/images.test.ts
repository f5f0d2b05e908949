import { DescribeImagesCommand, DescribeInstancesCommand, type Image } from "@aws-sdk/client-ec2";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DisableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { clientOptions } from "automation-emulator/sample/account";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runbookDocument } from "../account/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { callsIn, section } from "../account/run.ts";
import { tagMap } from "../account/snapshot.plain.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();
const shared = await makeTestAccount(emulator);

const withImages = { CreateAMIBackup: "true", TagIdentifier: "Key=Case,Value=4711" };

const imagesOf = async (testAccount: TestAccount): Promise<readonly Image[]> => {
  const found = await testAccount.ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  return (found.Images ?? []).toSorted((a, b) => ((a.Name ?? "") < (b.Name ?? "") ? -1 : 1));
};

async function key(
  testAccount: TestAccount,
  input: CreateKeyCommandInput = {},
): Promise<[string, string]> {
  const { KeyMetadata } = await testAccount.kms.send(new CreateKeyCommand(input));
  return [KeyMetadata?.KeyId ?? "", KeyMetadata?.Arn ?? ""];
}

/** Every interface is on the containment group alone. */
function expectIsolated(run: Awaited<ReturnType<TestAccount["run"]>>): void {
  const lines = section(run, "Interfaces");
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toContain(": contained;");
}

test.concurrent("images come after the isolation, without reboot, an encrypted copy among them, tagged with their snapshots", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
  const [, KmsKey] = await key(testAccount);
  const contained = await testAccount.contain({ ...withImages, KmsKey });
  expect(contained.status, contained.failure).toBe("Success");
  const [plain, encrypted, ...more] = await imagesOf(testAccount);
  expect(more).toEqual([]);
  const name = `ContainEC2Instance-${testAccount.instanceId}-${contained.id}`;
  expect(plain).toMatchObject({ Name: name, State: "available" });
  expect(encrypted).toMatchObject({ Name: `${name}-encrypted`, State: "available" });
  expect(encrypted?.BlockDeviceMappings?.[0]?.Ebs).toMatchObject({ Encrypted: true });
  const { images, snapshots } = (await testAccount.snapshot()) as Record<
    "images" | "snapshots",
    Record<string, { tags: Record<string, string>; disks?: { snapshot: string; key: string }[] }>
  >;
  const tags = {
    Case: "4711",
    "ContainEC2Instance:Backup": `s3://${testAccount.bucket}/${backupKey(contained)}`,
  };
  for (const image of [plain, encrypted]) {
    const told = images[image?.ImageId ?? ""];
    expect(told?.tags).toMatchObject(tags);
    for (const disk of told?.disks ?? [])
      expect(snapshots[disk.snapshot]?.tags).toMatchObject(tags);
  }
  const calls = emulator.calls.of({ executionId: contained.id });
  const made = calls.find((call) => call.operation === "CreateImage");
  expect(made?.parameters).toMatchObject({ NoReboot: true });
  const copied = calls.find((call) => call.operation === "CopyImage");
  expect(copied?.parameters).toMatchObject({ KmsKeyId: KmsKey, Encrypted: true });
  const lastChange = calls.findLast((call) => call.operation === "ModifyNetworkInterfaceAttribute");
  expect(made?.id).toBeGreaterThan(lastChange?.id ?? Number.POSITIVE_INFINITY);
  const instance = await testAccount.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [testAccount.instanceId] }),
  );
  expect(instance.Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe("running");

  // Again: nothing to do, the images are there.
  const again = await testAccount.contain({ ...withImages, KmsKey });
  expect(again.report).toContain("ALREADY CONTAINED");
  expect(emulator.calls.mutating({ executionId: again.id })).toEqual([]);

  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
  const kept = await imagesOf(testAccount);
  expect(kept.map((image) => image.ImageId)).toEqual([plain?.ImageId, encrypted?.ImageId]);
  for (const image of kept) expect(tagMap(image.Tags)).toEqual({});

  // A second incident makes images of its own, whose names do not collide.
  const later = await testAccount.contain(withImages);
  expect(later.status, later.failure).toBe("Success");
  expect(await imagesOf(testAccount)).toHaveLength(4);
});

test.concurrent("an image may take longer than any script may last", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  // 620 seconds of AWS time for the image, after which a script would have ended at 600; not for its copy too.
  await emulator.settings({ imageDelay: 31 }, testAccount.accountId);
  const id = await testAccount.start({ DryRun: "false", CreateAMIBackup: "true" });
  await new Promise<void>((resolve) => {
    const stop = emulator.calls.onCall(({ executionId, operation }) => {
      if (executionId !== id || operation !== "CreateImage") return;
      stop();
      resolve();
    });
  });
  await emulator.settings({ imageDelay: 0.1 }, testAccount.accountId);
  const run = await testAccount.finished(id);
  expect(run.status, run.failure).toBe("Success");
  expect(section(run, "Images")).toHaveLength(2);
});

test("the steps that wait for images are AWS's own actions, with hours to wait", () => {
  const document = parse(runbookDocument().yaml) as {
    mainSteps: { name: string; action: string; timeoutSeconds?: number }[];
  };
  const step = (name: string) => document.mainSteps.find((one) => one.name === name);
  expect(step("createImage")).toMatchObject({ action: "aws:createImage", timeoutSeconds: 43_200 });
  expect(step("createEncryptedCopy")).toMatchObject({
    action: "aws:copyImage",
    timeoutSeconds: 43_200,
  });
});

describe("KmsKey", () => {
  /** The key of the encrypted copy that a dry run would make. */
  async function planned(KmsKey: string, testAccount = shared): Promise<unknown> {
    const run = await testAccount.run({ CreateAMIBackup: "true", KmsKey });
    expect(run.status, run.failure).toBe("Success");
    return callsIn(run).find((call) => call.Call === "ec2:CopyImage")?.Parameters.KmsKeyId;
  }

  async function refused(KmsKey: string): Promise<string> {
    const run = await shared.contain({ CreateAMIBackup: "true", KmsKey });
    expect(run.status).toBe("Failed");
    expect(run.steps.map((step) => step.name)).toEqual(["validateRequiredInputs"]);
    expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
    expect(run.failure).toContain(`KmsKey ${KmsKey}`);
    return run.failure;
  }

  test.concurrent("an id, an ARN, an alias name, an alias ARN and a multi-Region key are all resolved to the key's ARN", async () => {
    const [id, arn] = await key(shared);
    await shared.kms.send(new CreateAliasCommand({ AliasName: "alias/evidence", TargetKeyId: id }));
    const alias = `arn:aws:kms:us-east-1:${shared.accountId}:alias/evidence`;
    for (const form of [id, arn, "alias/evidence", alias]) expect(await planned(form)).toBe(arn);
    const [multi, multiArn] = await key(shared, { MultiRegion: true });
    expect(multi).toMatch(/^mrk-/);
    expect(await planned(multi)).toBe(multiArn);
    expect(await planned("alias/aws/ebs")).toMatch(/^arn:aws:kms:us-east-1:\d{12}:key\//);
  });

  test.concurrent("a key that does not exist is refused", async () => {
    expect(await refused("alias/nobody")).toContain("is not found");
    await refused("11111111-2222-3333-4444-555555555555");
  });

  test.concurrent("a key that is disabled or will be deleted is refused", async () => {
    const [disabled] = await key(shared);
    await shared.kms.send(new DisableKeyCommand({ KeyId: disabled }));
    expect(await refused(disabled)).toContain("is Disabled");
    const [doomed] = await key(shared);
    await shared.kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: doomed, PendingWindowInDays: 7 }),
    );
    expect(await refused(doomed)).toContain("is PendingDeletion");
  });

  test.concurrent("an asymmetric key and an HMAC key are refused", async () => {
    const [rsa] = await key(shared, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    expect(await refused(rsa)).toContain("a volume needs an enabled symmetric key");
    const [mac] = await key(shared, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    expect(await refused(mac)).toContain("a volume needs an enabled symmetric key");
  });

  test.concurrent("a key of another Region is refused; one that may not be looked at keeps nothing from being isolated", async () => {
    const away = new KMSClient(clientOptions({ ...shared.access, region: "eu-west-1" }));
    const { KeyMetadata } = await away.send(new CreateKeyCommand({}));
    await refused(KeyMetadata?.Arn ?? "");
    const [mine, arn] = await key(shared);
    const stop = emulator.faults.add({
      match: { service: "kms", predicate: (call) => call.parameters.KeyId === arn },
      kind: { error: { code: "AccessDeniedException", message: "no", status: 400 } },
    });
    expect(await planned(arn)).toBe(arn);
    stop();
    expect(await planned(mine)).toBe(arn);
  });

  test.concurrent("without images the key is not looked at", async () => {
    const run = await shared.run({ KmsKey: "alias/nobody" });
    expect(run.status).toBe("Success");
    expect(emulator.calls.of({ executionId: run.id }).map((call) => call.service)).not.toContain(
      "kms",
    );
  });
});

test.concurrent("an instance whose root is an instance store is contained, and the status tells that there is no image", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await emulator.settings({ instanceStore: [testAccount.instanceId] }, testAccount.accountId);
  const dry = await testAccount.run({ CreateAMIBackup: "true" });
  expect(callsIn(dry).filter(({ Call }) => Call.includes("Image"))).toEqual([]);
  const run = await testAccount.contain({ CreateAMIBackup: "true" });
  expect(run).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expect(
    run.steps.find((step) => step.name === "assertSourceInstanceRootVolumeIsEbs"),
  ).toMatchObject({
    status: "Failed",
  });
  expectIsolated(run);
  expect(run.report).toContain("the instance IS isolated");
  expect(section(run, "What failed").join()).toContain(
    "No encrypted image: see the steps that make it",
  );
  const without = await testAccount.contain();
  expect(without.status, without.failure).toBe("Success");
});

test.concurrent.each([
  ["CreateImage is refused", "CreateImage", 0],
  ["CopyImage is refused", "CopyImage", 1],
])("when %s the instance stays contained and the status tells it", async (_, operation, left) => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  const stop = emulator.faults.add({
    match: { accountId: testAccount.accountId, operation },
    kind: { error: { code: "InvalidRequest", message: "No room.", status: 400 } },
  });
  const run = await testAccount.contain({ CreateAMIBackup: "true" });
  expect(run).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expectIsolated(run);
  expect(run.report).toContain("the instance IS isolated");
  expect(section(run, "Images")).toHaveLength(left);
  stop();
  // Started again as the report says, it makes what is missing.
  const again = await testAccount.contain({ CreateAMIBackup: "true" });
  expect(again.status, again.failure).toBe("Success");
  expect(again.report).toContain("-encrypted: available");
});

test.concurrent("an image that ends as failed leaves the instance contained, and the report gives EC2's reason", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await emulator.settings({ imageFailure: "The disk is broken." }, testAccount.accountId);
  const run = await testAccount.contain({ CreateAMIBackup: "true" });
  expect(run).toMatchObject({ status: "Failed", reportStep: "reportContainmentFailure" });
  expectIsolated(run);
  expect(section(run, "Images").join()).toContain("The disk is broken.");
});
