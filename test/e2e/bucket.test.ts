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
import { type Emulator, namedFault, startEmulator } from "automation-emulator";
import { makeBucket, s3Options } from "automation-emulator/sample/account";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aws } from "../world/cli.ts";
import { holdToPolicy } from "../world/role.ts";
import { callsIn, type Run } from "../world/run.ts";
import { differences } from "../world/snapshot.plain.ts";
import { expectIsolated } from "../world/state.ts";
import { backupKey, makeWorld, type World } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

const allBlocks = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const block = (world: World, settings = allBlocks): Promise<unknown> =>
  world.s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: world.bucket,
      PublicAccessBlockConfiguration: settings,
    }),
  );

const unblock = (world: World): Promise<unknown> =>
  world.s3.send(new DeletePublicAccessBlockCommand({ Bucket: world.bucket }));

const policyFor = (world: World, principal: unknown): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: principal,
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${world.bucket}/*`,
      },
    ],
  });

/** Contains live; the run must stop at the bucket before anything is changed. Why. */
async function refusal(world: World, run?: Promise<Run>): Promise<string> {
  const before = await world.snapshot();
  const ended = await (run ?? world.contain());
  expect(ended.status).toBe("Failed");
  expect(ended.failure).toMatch(/Nothing was changed\./);
  expect(differences(before, await world.snapshot())).toEqual([]);
  return ended.failure;
}

test.concurrent("a policy for one other account does not make a bucket public", async () => {
  const world = await makeWorld(emulator);
  const Policy = policyFor(world, { AWS: "arn:aws:iam::444455556666:root" });
  await world.s3.send(new PutBucketPolicyCommand({ Bucket: world.bucket, Policy }));
  expect(await world.run()).toMatchObject({ status: "Success" });
});

test.concurrent("a bucket that others may read by policy or ACL is safe behind all four blocks, and refused without them", async () => {
  const world = await makeWorld(emulator);
  await unblock(world);
  const Policy = policyFor(world, "*");
  await world.s3.send(new PutBucketPolicyCommand({ Bucket: world.bucket, Policy }));
  expect(await refusal(world)).toContain("Others may read or write the bucket");
  await block(world);
  expect(await world.contain()).toMatchObject({ status: "Success" });
});

test.concurrent("a bucket without public access blocks stops the run, unless the account has them", async () => {
  const world = await makeWorld(emulator);
  await unblock(world);
  const failure = await refusal(world);
  for (const name of Object.keys(allBlocks)) expect(failure).toContain(name);
  await block(world, { ...allBlocks, RestrictPublicBuckets: false });
  expect(await refusal(world)).toContain("RestrictPublicBuckets set neither on it nor on the");
  await unblock(world);
  await aws(world, [
    ...["s3control", "put-public-access-block", "--account-id", world.accountId],
    ...["--public-access-block-configuration", JSON.stringify(allBlocks)],
  ]);
  const contained = await world.contain();
  expect(contained).toMatchObject({ status: "Success" });
  // The account's settings are read and never changed.
  const calls = emulator.calls.of({ executionId: contained.id });
  const account = calls.filter((call) => call.service === "s3control");
  expect(account.map((call) => call.operation)).toEqual(["GetPublicAccessBlock"]);
});

test.concurrent("another account's bucket stops the run with the reason, even one that lets us in", async () => {
  const [world, other] = await Promise.all([makeWorld(emulator), makeWorld(emulator)]);
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${world.accountId}:root` },
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${other.bucket}`, `arn:aws:s3:::${other.bucket}/*`],
      },
    ],
  });
  await other.s3.send(new PutBucketPolicyCommand({ Bucket: other.bucket, Policy }));
  const failure = await refusal(world, world.contain({ S3BucketName: other.bucket }));
  expect(failure).toContain(other.bucket);
});

test.concurrent("a private bucket in another Region keeps the backup", async () => {
  const world = await makeWorld(emulator);
  const name = `frankfurt-${world.accountId}`;
  await makeBucket({ ...world.access, region: "eu-central-1" }, name);
  const contained = await world.contain({ S3BucketName: name });
  expect(contained, contained.failure).toMatchObject({ status: "Success" });
  const released = await world.release(backupKey(contained), { S3BucketName: name });
  expect(released, released.failure).toMatchObject({ status: "Success" });
});

test.concurrent.each(["us-east-1", "eu-central-1"])(
  "a missing bucket is reported by a dry run and made by Contain in %s: private, versioned, TLS only, owner enforced",
  async (region) => {
    const world = await makeWorld(emulator, { bucket: false, region });
    const before = await world.snapshot();
    const dry = await world.run();
    expect(callsIn(dry).map((call) => call.Call)).toContain("s3:CreateBucket");
    expect(dry.report).toContain(world.bucket);
    expect(differences(before, await world.snapshot())).toEqual([]);

    const contained = await world.contain();
    expect(contained, contained.failure).toMatchObject({ status: "Success" });
    const s3 = new S3Client(s3Options(world.access));
    const Bucket = world.bucket;
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
    const { buckets } = (await world.snapshot()) as {
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
    const released = await world.release(backupKey(contained));
    expect(released, released.failure).toMatchObject({ status: "Success" });
  },
);

test.concurrent("a missing bucket stops a Release, dry or live, and none is made", async () => {
  const world = await makeWorld(emulator, { bucket: false });
  for (const DryRun of ["true", "false"]) {
    const parameters = { Action: "Release", DryRun, S3PrefixName: "a/b.json" };
    expect(await refusal(world, world.run(parameters))).toContain("NoSuchBucket");
  }
});

test.concurrent("the backup is written once, complete, and never over another object", async () => {
  const world = await makeWorld(emulator);
  const contained = await world.contain({ TagIdentifier: "Key=Case,Value=4711" });
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
  const world = await makeWorld(emulator);
  // Somebody wins the race for the key: the object appears just before the runbook's own PUT.
  const stop = emulator.faults.add({
    match: { accountId: world.accountId, operation: "PutObject", automationOnly: true, times: 1 },
    kind: { delayMs: 1500 },
  });
  const id = await world.start({ DryRun: "false" });
  const seen = new Promise<string>((resolve) => {
    const poll = setInterval(() => {
      const hit = emulator.faults.hits.find(({ call }) => call.executionId === id);
      if (hit === undefined) return;
      clearInterval(poll);
      resolve(String(hit.call.parameters.Key));
    }, 10);
  });
  const Key = await seen;
  await world.s3.send(new PutObjectCommand({ Bucket: world.bucket, Key, Body: "somebody else's" }));
  const before = await world.snapshot();
  const run = await world.finished(id);
  stop();
  expect(run).toMatchObject({ status: "Failed", reportStep: "" });
  expect(run.failure).toContain("can't be written and read back");
  expect(differences(before, await world.snapshot())).toEqual([]);
});

test.concurrent("a bucket that encrypts with a KMS key of the account's own keeps the backup if the key's policy lets the role use it; else nothing is changed", async () => {
  const world = await makeWorld(emulator, { interfaces: [["web"]] });
  await holdToPolicy(world);
  const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({}));
  const encryption = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: KeyMetadata?.Arn };
  await world.s3.send(
    new PutBucketEncryptionCommand({
      Bucket: world.bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: encryption }],
      },
    }),
  );
  const before = await world.snapshot();
  const refused = await world.contain();
  expect(refused).toMatchObject({ status: "Failed", reportStep: "" });
  expect(refused.steps.at(-1)?.name).toBe("backupInstanceSecurityGroups");
  expect(refused.failure).toContain("kms:GenerateDataKey");
  expect(differences(before, await world.snapshot())).toEqual([]);
  // As the deployment's own bucket has it (test/deploy/key.test.ts).
  const administrators = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${world.accountId}:root` },
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
        "kms:CallerAccount": world.accountId,
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
      },
      ArnEquals: { "aws:PrincipalArn": world.role },
    },
  };
  await world.kms.send(
    new PutKeyPolicyCommand({
      KeyId: KeyMetadata?.KeyId,
      PolicyName: "default",
      Policy: JSON.stringify({ Version: "2012-10-17", Statement: [administrators, role] }),
    }),
  );
  const contained = await world.contain();
  expect(contained.status, contained.failure).toBe("Success");
  const released = await world.release(backupKey(contained));
  expect(released.status, released.failure).toBe("Success");
});

describe("a bucket that the run makes", () => {
  const settings = async (world: World): Promise<Record<string, unknown>> => {
    const { buckets } = (await world.snapshot()) as {
      buckets: Record<string, Record<string, unknown>>;
    };
    return buckets[world.bucket] ?? {};
  };

  test.concurrent("gets its versions and its policy though S3 answers OperationAborted at first", async () => {
    const world = await makeWorld(emulator, { bucket: false });
    const name = "operation-aborted-after-create-bucket";
    const stop = emulator.faults.add(namedFault(name, { accountId: world.accountId }));
    const run = await world.contain();
    stop();
    expect(run.status, run.report).toBe("Success");
    expect(emulator.faults.hits.filter(({ call }) => call.executionId === run.id)).toHaveLength(2);
    expect(await settings(world)).toMatchObject({
      versioning: "Enabled",
      policy: expect.stringContaining("SecureTransport"),
    });
  });

  test.concurrent("may be read by those whom BackupS3BucketAccess names, and by nobody else", async () => {
    const world = await makeWorld(emulator, { bucket: false });
    const readers = [`arn:aws:iam::${world.accountId}:root`, world.role];
    const dry = await world.run({ BackupS3BucketAccess: readers });
    expect(JSON.stringify(callsIn(dry))).toContain(world.role);
    const run = await world.contain({ BackupS3BucketAccess: readers });
    expect(run.status, run.report || run.failure).toBe("Success");
    const { policy } = await settings(world);
    const { Statement } = JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] };
    const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({ Principal: { AWS: readers } });
    for (const action of [allowed[0]?.Action].flat()) expect(action).toMatch(/^s3:(?:Get|List)/);
  });
});

test.concurrent("readers that are no ARNs of users, roles or accounts are refused before anything runs", async () => {
  const world = await makeWorld(emulator, { bucket: false });
  for (const reader of ["*", "arn:aws:iam::aws:policy/x", "111122223333", '"},{"AWS":"*'])
    await expect(world.start({ BackupS3BucketAccess: [reader] })).rejects.toThrow(
      /BackupS3BucketAccess/,
    );
});

test.concurrent("a group that IAM refuses to change just after its making, as its tag is not seen yet, is tried again", async () => {
  const world = await makeWorld(emulator);
  const name = "unauthorized-after-tagged-group";
  const stop = emulator.faults.add(namedFault(name, { accountId: world.accountId }));
  const run = await world.contain();
  stop();
  expect(run.report).toMatch(/^CONTAINED: /);
  expect(run.status).toBe("Success");
  expect(emulator.faults.hits.filter(({ call }) => call.executionId === run.id)).toHaveLength(2);
  await expectIsolated(world);
});
