import {
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from "@aws-sdk/client-s3";
import { byKey, type Plain, tagMap } from "./snapshot.plain.ts";

/** All buckets with their settings, objects, versions and tags. */
export async function bucketsOf(s3: S3Client): Promise<Plain> {
  const found = await s3.send(new ListBucketsCommand({}));
  const names = (found.Buckets ?? []).map((bucket) => bucket.Name ?? "");
  const told = await Promise.all(
    names.map(async (name): Promise<[string, Plain]> => [name, await bucketOf(s3, name)]),
  );
  return Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function bucketOf(s3: S3Client, Bucket: string): Promise<Plain> {
  const [versioning, policy, block, ownership, acl, versions] = await Promise.all([
    s3.send(new GetBucketVersioningCommand({ Bucket })),
    unless("NoSuchBucketPolicy", s3.send(new GetBucketPolicyCommand({ Bucket }))),
    unless(
      "NoSuchPublicAccessBlockConfiguration",
      s3.send(new GetPublicAccessBlockCommand({ Bucket })),
    ),
    unless(
      "OwnershipControlsNotFoundError",
      s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
    ),
    s3.send(new GetBucketAclCommand({ Bucket })),
    s3.send(new ListObjectVersionsCommand({ Bucket })),
  ]);
  const settings = block?.PublicAccessBlockConfiguration;
  const all = versions.Versions ?? [];
  const tags = await Promise.all(all.map((one) => tagsOf(s3, Bucket, one)));
  return {
    versioning: versioning.Status ?? "",
    policy: policy?.Policy ?? "",
    publicAccessBlock: Object.entries(settings ?? {}).map(([name, on]) => `${name}=${on}`),
    ownership: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "",
    grants: (acl.Grants ?? []).map(
      (grant) => `${grant.Permission} ${grant.Grantee?.URI ?? grant.Grantee?.ID ?? ""}`,
    ),
    versions: byKey(
      all.map((one, index) => ({ ...one, id: `${one.Key} ${one.VersionId}`, index })),
      "id",
      (one) => ({
        etag: one.ETag ?? "",
        latest: one.IsLatest ?? false,
        size: one.Size ?? 0,
        tags: tags[one.index] ?? {},
      }),
    ),
    deleted: (versions.DeleteMarkers ?? []).map((one) => `${one.Key} ${one.VersionId}`).sort(),
  };
}

async function tagsOf(s3: S3Client, Bucket: string, one: ObjectVersion): Promise<Plain> {
  const found = await s3.send(
    new GetObjectTaggingCommand({ Bucket, Key: one.Key, VersionId: one.VersionId }),
  );
  return tagMap(found.TagSet);
}

async function unless<T>(code: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}
