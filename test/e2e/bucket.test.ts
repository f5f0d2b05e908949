import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { namedFault } from "automation-emulator";
import { makeBucket, s3Options } from "automation-emulator/sample/account";
import { describe, expect, test } from "vitest";
import { aws } from "../account/cli.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { holdToPolicy } from "../account/role.ts";
import { callsIn, type Run } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { expectIsolated } from "../account/state.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();

const allBlocks = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const block = (testAccount: TestAccount, settings = allBlocks): Promise<unknown> =>
  testAccount.s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: testAccount.bucket,
      PublicAccessBlockConfiguration: settings,
    }),
  );

const unblock = (testAccount: TestAccount): Promise<unknown> =>
  testAccount.s3.send(new DeletePublicAccessBlockCommand({ Bucket: testAccount.bucket }));

const policyFor = (testAccount: TestAccount, principal: unknown): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: principal,
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${testAccount.bucket}/*`,
      },
    ],
  });

/** Contains live; the run must stop at the bucket before anything is changed. Why. */
async function refusal(testAccount: TestAccount, run?: Promise<Run>): Promise<string> {
  const before = await testAccount.snapshot();
  const ended = await (run ?? testAccount.contain());
  expect(ended.status).toBe("Failed");
  expect(ended.failure).toMatch(/Nothing was changed\./);
  expect(differences(before, await testAccount.snapshot())).toEqual([]);
  return ended.failure;
}

test.concurrent("a policy for one other account does not make a bucket public", async () => {
  const testAccount = await makeTestAccount(emulator);
  const Policy = policyFor(testAccount, { AWS: "arn:aws:iam::444455556666:root" });
  await testAccount.s3.send(new PutBucketPolicyCommand({ Bucket: testAccount.bucket, Policy }));
  expect(await testAccount.run()).toMatchObject({ status: "Success" });
});

test.concurrent("a bucket that others may read by policy or ACL is safe behind all four blocks, and refused without them", async () => {
  const testAccount = await makeTestAccount(emulator);
  await unblock(testAccount);
  const Policy = policyFor(testAccount, "*");
  await testAccount.s3.send(new PutBucketPolicyCommand({ Bucket: testAccount.bucket, Policy }));
  expect(await refusal(testAccount)).toContain("Others may read or write the bucket");
  await block(testAccount);
  expect(await testAccount.contain()).toMatchObject({ status: "Success" });
});

test.concurrent("a bucket without public access blocks stops the run, unless the account has them", async () => {
  const testAccount = await makeTestAccount(emulator);
  await unblock(testAccount);
  const failure = await refusal(testAccount);
  for (const name of Object.keys(allBlocks)) expect(failure).toContain(name);
  await block(testAccount, { ...allBlocks, RestrictPublicBuckets: false });
  expect(await refusal(testAccount)).toContain(
    ": RestrictPublicBuckets not set on it or the account",
  );
  await unblock(testAccount);
  await aws(testAccount, [
    ...["s3control", "put-public-access-block", "--account-id", testAccount.accountId],
    ...["--public-access-block-configuration", JSON.stringify(allBlocks)],
  ]);
  const contained = await testAccount.contain();
  expect(contained).toMatchObject({ status: "Success" });
  // The account's settings are read and never changed.
  const calls = emulator.calls.of({ executionId: contained.id });
  const account = calls.filter((call) => call.service === "s3control");
  expect(account.map((call) => call.operation)).toEqual(["GetPublicAccessBlock"]);
});

test.concurrent("another account's bucket stops the run with the reason, even one that lets us in", async () => {
  const [testAccount, other] = await Promise.all([
    makeTestAccount(emulator),
    makeTestAccount(emulator),
  ]);
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${testAccount.accountId}:root` },
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${other.bucket}`, `arn:aws:s3:::${other.bucket}/*`],
      },
    ],
  });
  await other.s3.send(new PutBucketPolicyCommand({ Bucket: other.bucket, Policy }));
  const failure = await refusal(testAccount, testAccount.contain({ S3BucketName: other.bucket }));
  expect(failure).toContain(other.bucket);
});

test.concurrent("a private bucket in another Region keeps the backup", async () => {
  const testAccount = await makeTestAccount(emulator);
  const name = `frankfurt-${testAccount.accountId}`;
  await makeBucket({ ...testAccount.access, region: "eu-central-1" }, name);
  const contained = await testAccount.contain({ S3BucketName: name });
  expect(contained, contained.failure).toMatchObject({ status: "Success" });
  const released = await testAccount.release(backupKey(contained), { S3BucketName: name });
  expect(released, released.failure).toMatchObject({ status: "Success" });
});

test.concurrent.each(["us-east-1", "eu-central-1"])(
  "a missing bucket is reported by a dry run and made by Contain in %s: private, versioned, TLS only, owner enforced",
  async (region) => {
    const testAccount = await makeTestAccount(emulator, { bucket: false, region });
    const before = await testAccount.snapshot();
    const dry = await testAccount.run();
    expect(callsIn(dry).map((call) => call.Call)).toContain("s3:CreateBucket");
    expect(dry.report).toContain(testAccount.bucket);
    expect(differences(before, await testAccount.snapshot())).toEqual([]);

    const contained = await testAccount.contain();
    expect(contained, contained.failure).toMatchObject({ status: "Success" });
    const s3 = new S3Client(s3Options(testAccount.access));
    const Bucket = testAccount.bucket;
    const { Policy = "" } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy)).toMatchObject({
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    const { buckets } = (await testAccount.snapshot()) as {
      buckets: Record<string, Record<string, unknown>>;
    };
    expect(buckets[Bucket]).toMatchObject({
      versioning: "Enabled",
      publicAccessBlock: Object.keys(allBlocks).map((name) => `${name}=true`),
      ownership: "BucketOwnerEnforced",
    });
    const { ServerSideEncryptionConfiguration: encryption } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(encryption?.Rules).toHaveLength(1);
    const released = await testAccount.release(backupKey(contained));
    expect(released, released.failure).toMatchObject({ status: "Success" });
  },
);

test.concurrent("a missing bucket stops a Release, dry or live, and none is made", async () => {
  const testAccount = await makeTestAccount(emulator, { bucket: false });
  for (const DryRun of ["true", "false"]) {
    const parameters = { Action: "Release", DryRun, S3PrefixName: "a/b.json" };
    expect(await refusal(testAccount, testAccount.run(parameters))).toContain("NoSuchBucket");
  }
});

test.concurrent("the backup is written once, complete, and never over another object", async () => {
  const testAccount = await makeTestAccount(emulator);
  const contained = await testAccount.contain({ TagIdentifier: "Key=Case,Value=4711" });
  const calls = emulator.calls.of({ executionId: contained.id });
  const put = calls.findIndex((call) => call.operation === "PutObject");
  const readBack = calls.findIndex((call, index) => call.operation === "GetObject" && index > put);
  const firstChange = calls.findIndex(
    (call) => !call.readOnly && call.service !== "s3" && call.requestedDryRun !== true,
  );
  expect(put).toBeGreaterThan(-1);
  expect(readBack).toBeGreaterThan(put);
  expect(firstChange).toBeGreaterThan(readBack);
  expect(calls[put]?.parameters).toMatchObject({ IfNoneMatch: "*", Tagging: "Case=4711" });
});

test.concurrent("an object that lies at the backup's key already stops the run before any change", async () => {
  const testAccount = await makeTestAccount(emulator);
  // Somebody wins the race for the key: the object appears just before the runbook's own PUT.
  const stop = emulator.faults.add({
    match: {
      accountId: testAccount.accountId,
      operation: "PutObject",
      automationOnly: true,
      times: 1,
    },
    kind: { delayMs: 1500 },
  });
  const id = await testAccount.start({ DryRun: "false" });
  const seen = new Promise<string>((resolve) => {
    const poll = setInterval(() => {
      const hit = emulator.faults.hits.find(({ call }) => call.executionId === id);
      if (hit === undefined) return;
      clearInterval(poll);
      resolve(String(hit.call.parameters.Key));
    }, 10);
  });
  const Key = await seen;
  await testAccount.s3.send(
    new PutObjectCommand({ Bucket: testAccount.bucket, Key, Body: "somebody else's" }),
  );
  const before = await testAccount.snapshot();
  const run = await testAccount.finished(id);
  stop();
  expect(run).toMatchObject({ status: "Failed", reportStep: "" });
  expect(run.failure).toContain("can't be written and read back");
  expect(differences(before, await testAccount.snapshot())).toEqual([]);
});

test.concurrent("a bucket that encrypts with a KMS key of the account's own keeps the backup if the key's policy lets the role use it; else nothing is changed", async () => {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await holdToPolicy(testAccount);
  const { KeyMetadata } = await testAccount.kms.send(new CreateKeyCommand({}));
  const encryption = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: KeyMetadata?.Arn };
  await testAccount.s3.send(
    new PutBucketEncryptionCommand({
      Bucket: testAccount.bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: encryption }],
      },
    }),
  );
  const before = await testAccount.snapshot();
  const refused = await testAccount.contain();
  expect(refused).toMatchObject({ status: "Failed", reportStep: "" });
  expect(refused.steps.at(-1)?.name).toBe("backupInstanceSecurityGroups");
  expect(refused.failure).toContain("kms:GenerateDataKey");
  expect(differences(before, await testAccount.snapshot())).toEqual([]);
  // As the deployment's own bucket has it (test/deploy/key.test.ts).
  const administrators = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${testAccount.accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const role = {
    Effect: "Allow",
    Principal: "*",
    Action: ["kms:GenerateDataKey", "kms:Decrypt"],
    Resource: "*",
    Condition: {
      StringEquals: {
        "kms:CallerAccount": testAccount.accountId,
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
      },
      ArnEquals: { "aws:PrincipalArn": testAccount.role },
    },
  };
  await testAccount.kms.send(
    new PutKeyPolicyCommand({
      KeyId: KeyMetadata?.KeyId,
      PolicyName: "default",
      Policy: JSON.stringify({ Version: "2012-10-17", Statement: [administrators, role] }),
    }),
  );
  const contained = await testAccount.contain();
  expect(contained.status, contained.failure).toBe("Success");
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
});

describe("a bucket that the run makes", () => {
  const settings = async (testAccount: TestAccount): Promise<Record<string, unknown>> => {
    const { buckets } = (await testAccount.snapshot()) as {
      buckets: Record<string, Record<string, unknown>>;
    };
    return buckets[testAccount.bucket] ?? {};
  };

  test.concurrent("gets its versions and its policy though S3 answers OperationAborted at first", async () => {
    const testAccount = await makeTestAccount(emulator, { bucket: false });
    const name = "operation-aborted-after-create-bucket";
    const stop = emulator.faults.add(namedFault(name, { accountId: testAccount.accountId }));
    const run = await testAccount.contain();
    stop();
    expect(run.status, run.report).toBe("Success");
    expect(emulator.faults.hits.filter(({ call }) => call.executionId === run.id)).toHaveLength(2);
    expect(await settings(testAccount)).toMatchObject({
      versioning: "Enabled",
      policy: expect.stringContaining("SecureTransport"),
    });
  });

  test.concurrent("may be read by those whom BackupS3BucketAccess names, and by nobody else", async () => {
    const testAccount = await makeTestAccount(emulator, { bucket: false });
    const readers = [`arn:aws:iam::${testAccount.accountId}:root`, testAccount.role];
    const dry = await testAccount.run({ BackupS3BucketAccess: readers });
    expect(JSON.stringify(callsIn(dry))).toContain(testAccount.role);
    const run = await testAccount.contain({ BackupS3BucketAccess: readers });
    expect(run.status, run.report || run.failure).toBe("Success");
    const { policy } = await settings(testAccount);
    const { Statement } = JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] };
    const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({ Principal: { AWS: readers } });
    for (const action of [allowed[0]?.Action].flat()) expect(action).toMatch(/^s3:(?:Get|List)/);
  });
});

test.concurrent("readers that are no ARNs of users, roles or accounts are refused before anything runs", async () => {
  const testAccount = await makeTestAccount(emulator, { bucket: false });
  for (const reader of ["*", "arn:aws:iam::aws:policy/x", "111122223333", '"},{"AWS":"*'])
    await expect(testAccount.start({ BackupS3BucketAccess: [reader] })).rejects.toThrow(
      /BackupS3BucketAccess/,
    );
});

test.concurrent("a group that IAM refuses to change just after its making, as its tag is not seen yet, is tried again", async () => {
  const testAccount = await makeTestAccount(emulator);
  const name = "unauthorized-after-tagged-group";
  const stop = emulator.faults.add(namedFault(name, { accountId: testAccount.accountId }));
  const run = await testAccount.contain();
  stop();
  expect(run.report).toMatch(/^CONTAINED: /);
  expect(run.status).toBe("Success");
  expect(emulator.faults.hits.filter(({ call }) => call.executionId === run.id)).toHaveLength(2);
  await expectIsolated(testAccount);
});
