/** Backups and tags that somebody has planted or damaged: they cost a warning, or a refusal before anything is changed. */
import { CreateTagsCommand, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test, vi } from "vitest";
import { put, putSealed, readBackup } from "../account/backup.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { section } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { changes } from "../account/state.ts";
import { backupKey } from "../account/testAccount.ts";
import { makeProtecting, type Protecting } from "./account.ts";
import { unprotected } from "./state.ts";

vi.setConfig({ testTimeout: 120_000 });
const emulator = await sharedEmulator();

/** A backup as Protect writes it, of protections that somebody has thought up. */
const forged = (account: Protecting, Protections: unknown, more: object = {}): string =>
  JSON.stringify({
    ...{ AccountId: account.accountId, Region: "us-east-1", InstanceId: account.instanceId },
    ...{ FormatVersion: "1", ExecutionId: "x", CreatedAt: "2099-01-01T00:00:00Z" },
    ...{ Interfaces: {}, AutoScaling: {}, Tags: [], Tagged: [], Supersedes: [] },
    Protections,
    ...more,
  });

const mark = ({ ec2, instanceId, bucket }: Protecting, key: string): Promise<unknown> =>
  ec2.send(
    new CreateTagsCommand({
      Resources: [instanceId],
      Tags: [{ Key: "ProtectEC2Evidence:Backup", Value: `s3://${bucket}/${key}` }],
    }),
  );

describe("Release refuses, and changes nothing with", () => {
  const termination = (account: Protecting) => ({
    [`TerminationProtection ${account.instanceId}`]: { Before: "off", After: "on" },
  });
  const given: Readonly<
    Record<string, readonly [(account: Protecting, key: string) => Promise<string>, string]>
  > = {
    "a backup that was changed": [
      async (account, key) => {
        const backup = await readBackup(account, key);
        return put(account, key, JSON.stringify({ ...backup, CreatedAt: "2020-01-01T00:00:00Z" }));
      },
      "changed, or not this instance's",
    ],
    "a backup that is gone": [
      async (account, key) => {
        await account.s3.send(new DeleteObjectCommand({ Bucket: account.bucket, Key: key }));
        return key;
      },
      "list-object-versions",
    ],
    "another instance's": [
      (account) =>
        putSealed(
          account,
          forged(account, termination(account), { InstanceId: "i-0123456789abcdef0" }),
        ),
      "or not this instance's",
    ],
    "a containment's": [
      (account) => putSealed(account, forged(account, {})),
      "is no backup of ProtectEC2Evidence",
    ],
    "one that names a policy of somebody else": [
      (account) =>
        putSealed(
          account,
          forged(account, {
            "RevokeSessions Protect All": {
              Before: "none",
              After: "older than 2026-01-31T12:00:00Z",
            },
          }),
        ),
      "is no backup of ProtectEC2Evidence",
    ],
    "one that says what no Protect writes": [
      (account) =>
        putSealed(
          account,
          forged(account, {
            [`StopOnShutdown ${account.instanceId}`]: { Before: "$(id)", After: "stop" },
          }),
        ),
      "is no backup of ProtectEC2Evidence",
    ],
    garbage: [(account) => put(account, "garbage.json", "<Error/>"), "can't be used"],
    "what is no key": [async () => "incidents/4711", "must be the backup's key"],
  };
  test.each(Object.entries(given))("%s", async (_, [plant, said]) => {
    const account = await makeProtecting(emulator);
    const key = backupKey(await account.protect());
    const planted = await plant(account, key);
    const before = await account.snapshot();
    const run = await account.release(planted);
    expect(run.status).toBe("Failed");
    expect(run.failure).toContain(said);
    expect(run.failure).not.toContain("Traceback");
    expect(changes(account, run)).toEqual([]);
    expect(differences(before, await account.snapshot())).toEqual([]);
  });
});

/** What somebody who may tag the instance and write to the bucket makes of the owner's own protection. */
const lie = (account: Protecting): string =>
  forged(account, {
    [`TerminationProtection ${account.instanceId}`]: { Before: "off", After: "on" },
  });
const hints: Readonly<Record<string, (account: Protecting) => Promise<string>>> = {
  "a planted backup": (account) => putSealed(account, lie(account)),
  "a planted backup with the name of an execution of this document": async (account) =>
    putSealed(account, lie(account), (await account.run()).id),
  garbage: (account) => put(account, "garbage.json", "[".repeat(100_000)),
  "nothing at all": async () => "2026/01/01/00/00/none.json",
  "a command": async () => "'; rm -rf / #{{ x }}",
};
test.each(Object.entries(hints))(
  "a tag that leads to %s costs a warning: Release gives back what was, and no more",
  async (_, plant) => {
    const account = await makeProtecting(emulator);
    await account.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: account.instanceId,
        DisableApiTermination: { Value: true },
      }),
    );
    await mark(account, await plant(account));
    const run = await account.protect();
    expect([run.status, run.json.Title], run.failure).toEqual([
      "Success",
      expect.stringMatching(/^PROTECTED, WITH WARNINGS/),
    ]);
    expect(section(run, "Warnings").join()).toContain("which does not count");
    expect(await unprotected(account)).toEqual([]);
    const release = await account.release(backupKey(run));
    expect(release.status, release.failure).toBe("Success");
    const open = await unprotected(account);
    expect(open).toHaveLength(6);
    expect(open.join()).not.toContain("TerminationProtection");
  },
);
