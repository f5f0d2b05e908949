import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { textOf } from "./state.ts";
import type { TestAccount } from "./testAccount.ts";

/** A backup as it lies in the bucket. */
export interface Backup {
  readonly [name: string]: unknown;
  readonly Interfaces: Readonly<Record<string, { readonly Groups: readonly string[] }>>;
}

/** Reads a backup. */
export async function readBackup(testAccount: TestAccount, key: string): Promise<Backup> {
  return JSON.parse(await textOf(testAccount, key)) as Backup;
}

/** Puts an object into the bucket. */
export async function put(testAccount: TestAccount, Key: string, Body: string): Promise<string> {
  await testAccount.s3.send(new PutObjectCommand({ Bucket: testAccount.bucket, Key, Body }));
  return Key;
}

/** Puts a text under a key that ends in its own digest, as who forges a backup would; the key. */
export const putSealed = (
  testAccount: TestAccount,
  text: string,
  name = "forged",
): Promise<string> =>
  put(testAccount, `${name}.${createHash("sha256").update(text).digest("hex")}.json`, text);
