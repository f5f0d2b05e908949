/** Who may use a bucket, by its policy and its ACL, when nobody is held to policies of an own. */
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { assume, clients, startTestStack, type WrittenDown } from "./harness.ts";

const owner = "111122223333";
const other = "444455556666";
let stack: Stack<WrittenDown>;
let own: S3Client;
let stranger: S3Client;
let bucket = "";
let number = 0;

beforeAll(async () => {
  stack = await startTestStack();
  own = clients(stack.endpoint, owner).s3;
  stranger = clients(stack.endpoint, other).s3;
});
afterAll(() => stack.close());
beforeEach(async () => {
  number += 1;
  bucket = `bucket-${number}`;
  await own.send(new CreateBucketCommand({ Bucket: bucket }));
  await put(own);
});

const put = (s3: S3Client) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "text" }));
const get = (s3: S3Client) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k" }));
const list = (s3: S3Client) => s3.send(new ListObjectsV2Command({ Bucket: bucket }));
const unblock = () => own.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
const anonymously = () => fetch(`${stack.endpoint}/${bucket}/k`);
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

async function setPolicy(...statements: readonly object[]): Promise<void> {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const Statement = statements.map((part) => ({ Effect: "Allow", Resource, ...part }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await own.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

describe("another account's bucket", () => {
  test("is closed", async () => {
    await expect(get(stranger)).rejects.toMatchObject(denied);
    await expect(list(stranger)).rejects.toMatchObject(denied);
    await expect(put(stranger)).rejects.toMatchObject(denied);
    const head = stranger.send(new HeadBucketCommand({ Bucket: bucket }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test("is open as far as its policy says", async () => {
    await setPolicy({ Principal: { AWS: other }, Action: "s3:GetObject" });
    expect(await (await get(stranger)).Body?.transformToString()).toBe("text");
    await expect(put(stranger)).rejects.toMatchObject(denied);
  });

  test.each([
    ["NotAction", { NotAction: "s3:PutObject", Principal: { AWS: other } }, true],
    ["another action", { Action: "s3:PutObject", Principal: { AWS: other } }, false],
    ["another account", { Action: "s3:*", Principal: { AWS: "999999999999" } }, false],
    ["a service", { Action: "s3:*", Principal: { Service: "s3.amazonaws.com" } }, false],
    [
      "a condition that holds",
      {
        Action: "s3:*",
        Principal: { AWS: other },
        Condition: { StringEquals: { "aws:PrincipalAccount": other } },
      },
      true,
    ],
    [
      "a condition that does not",
      {
        Action: "s3:*",
        Principal: { AWS: other },
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-elsewhere" } },
      },
      false,
    ],
  ])("with a policy of %s: %o lets in: %s", async (_, statement, expected) => {
    await setPolicy(statement);
    const answer = await get(stranger).then(
      () => true,
      () => false,
    );
    expect(answer).toBe(expected);
  });

  test("is closed again where public policies are restricted", async () => {
    await unblock();
    await setPolicy({ Principal: "*", Action: "s3:GetObject" });
    await get(stranger);
    const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
    await own.send(
      new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }),
    );
    await expect(get(stranger)).rejects.toMatchObject(denied);
    await get(own);
  });

  test("is open by its ACL, as far as that goes", async () => {
    const rules = { Rules: [{ ObjectOwnership: "BucketOwnerPreferred" as const }] };
    await own.send(
      new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: rules }),
    );
    await unblock();
    await own.send(new PutBucketAclCommand({ Bucket: bucket, ACL: "public-read" }));
    await list(stranger);
    await expect(put(stranger)).rejects.toMatchObject(denied);
    expect((await anonymously()).status).toBe(403);
    await own.send(new PutObjectAclCommand({ Bucket: bucket, Key: "k", ACL: "public-read" }));
    expect(await (await anonymously()).text()).toBe("text");
  });
});

test("somebody without keys gets what a public policy gives, and nothing else", async () => {
  expect((await anonymously()).status).toBe(403);
  await unblock();
  await setPolicy({ Principal: "*", Action: "s3:GetObject" });
  expect(await (await anonymously()).text()).toBe("text");
});

describe("a Deny", () => {
  test("holds for the owner, but not for the policy itself", async () => {
    await setPolicy({ Effect: "Deny", Principal: "*", Action: "s3:*" });
    await expect(list(own)).rejects.toMatchObject(denied);
    await own.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    await list(own);
  });

  test("without TLS lets TLS pass", async () => {
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    await setPolicy({ Effect: "Deny", Principal: "*", Action: "s3:*", Condition });
    await get(own);
  });

  test("for all but one role lets that role pass", async () => {
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: owner }, Action: "sts:AssumeRole" }],
    };
    const { iam } = clients(stack.endpoint, owner);
    const roleArn = `arn:aws:iam::${owner}:role/Reader-${number}`;
    await iam.send(
      new CreateRoleCommand({
        RoleName: `Reader-${number}`,
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    const reader = (await assume(stack.endpoint, roleArn)).s3;
    const Condition = { ArnNotEquals: { "aws:PrincipalArn": roleArn } };
    await setPolicy({ Effect: "Deny", Principal: "*", Action: "s3:GetObject", Condition });
    await get(reader);
    await expect(get(own)).rejects.toMatchObject(denied);
  });
});
