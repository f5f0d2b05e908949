/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */

import { partitionOf } from "automation-language/arn";
import type { DecodedCall } from "../decode.ts";
import { requestTags, tagMap } from "./context.ts";
import { type Bucket, type Facts, field, type Tags } from "./facts.ts";
import { objectKeyRequirement } from "./kms.ts";
import type { Requirement, Requirements } from "./requirement.ts";

/** Operations on a bucket whose action has another name. */
const bucketActions: Readonly<Record<string, string>> = {
  HeadBucket: "ListBucket",
  ListObjects: "ListBucket",
  ListObjectsV2: "ListBucket",
  ListObjectVersions: "ListBucketVersions",
  ListMultipartUploads: "ListBucketMultipartUploads",
  GetPublicAccessBlock: "GetBucketPublicAccessBlock",
  PutPublicAccessBlock: "PutBucketPublicAccessBlock",
  DeletePublicAccessBlock: "PutBucketPublicAccessBlock",
  GetBucketEncryption: "GetEncryptionConfiguration",
  PutBucketEncryption: "PutEncryptionConfiguration",
  DeleteBucketEncryption: "PutEncryptionConfiguration",
  GetBucketLifecycleConfiguration: "GetLifecycleConfiguration",
  PutBucketLifecycleConfiguration: "PutLifecycleConfiguration",
  DeleteBucketLifecycle: "PutLifecycleConfiguration",
  DeleteBucketOwnershipControls: "PutBucketOwnershipControls",
  GetObjectLockConfiguration: "GetBucketObjectLockConfiguration",
  PutObjectLockConfiguration: "PutBucketObjectLockConfiguration",
  DeleteBucketTagging: "PutBucketTagging",
  GetBucketNotificationConfiguration: "GetBucketNotification",
  PutBucketNotificationConfiguration: "PutBucketNotification",
  GetBucketCors: "GetBucketCORS",
  PutBucketCors: "PutBucketCORS",
  DeleteBucketCors: "PutBucketCORS",
  GetBucketReplication: "GetReplicationConfiguration",
  PutBucketReplication: "PutReplicationConfiguration",
  DeleteBucketReplication: "PutReplicationConfiguration",
  GetBucketAccelerateConfiguration: "GetAccelerateConfiguration",
  PutBucketAccelerateConfiguration: "PutAccelerateConfiguration",
};

/** Operations on a bucket's lists of configurations: `ListBucketMetricsConfigurations`. */
const listed =
  /^(Get|List|Put|Delete)Bucket(Analytics|IntelligentTiering|Inventory|Metrics)Configurations?$/;

function bucketAction(operation: string): string {
  const [, verb, kind] = listed.exec(operation) ?? [];
  if (verb === undefined || kind === undefined) return bucketActions[operation] ?? operation;
  return `${verb === "Get" || verb === "List" ? "Get" : "Put"}${kind}Configuration`;
}

/** Operations that nobody has entered: directory buckets and metadata tables. */
const unentered = /^(?:CreateSession|RenameObject|.*BucketMetadata.*)$/;

/** Operations on an object whose action has another name. */
const objectActions: Readonly<Record<string, string>> = {
  HeadObject: "GetObject",
  SelectObjectContent: "GetObject",
  CreateMultipartUpload: "PutObject",
  UploadPart: "PutObject",
  CompleteMultipartUpload: "PutObject",
  ListParts: "ListMultipartUploadParts",
};

/** Actions that name the version where the request does. */
const versioned: Readonly<Record<string, string>> = {
  GetObject: "GetObjectVersion",
  GetObjectAcl: "GetObjectVersionAcl",
  GetObjectTagging: "GetObjectVersionTagging",
  PutObjectTagging: "PutObjectVersionTagging",
  DeleteObjectTagging: "DeleteObjectVersionTagging",
  DeleteObject: "DeleteObjectVersion",
};

const existingTags = new Set([
  "GetObject",
  "GetObjectTagging",
  "PutObjectTagging",
  "DeleteObjectTagging",
]);

export const s3: Requirements = async (call, facts) => {
  const { Bucket, Key } = call.parameters;
  if (call.operation === "ListBuckets") {
    return [
      {
        action: "s3:ListAllMyBuckets",
        resource: "*",
        resourceAccount: call.accountId,
        context: {},
      },
    ];
  }
  if (typeof Bucket !== "string" || unentered.test(call.operation)) return undefined;
  if (call.operation === "unknown") return undefined;
  const bucket = await bucketOf(call, facts, Bucket, typeof Key === "string" ? Key : undefined);
  if (call.operation === "CreateBucket") return createBucket(call, bucket);
  if (call.operation === "CopyObject" || call.operation === "UploadPartCopy")
    return copyObject(call, facts, bucket);
  if (call.operation === "DeleteObjects") return deleteObjects(call, bucket);
  if (typeof Key === "string")
    return [...(await onObject(call, facts, bucket, Key)), ...(await onKey(call, facts, bucket))];
  const action = bucketAction(call.operation);
  return [bucket.require(action, bucket.arn, listContext(call, action))];
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-permissions */
export const s3control: Requirements = async (call) => {
  const actions: Readonly<Record<string, string>> = {
    GetPublicAccessBlock: "s3:GetAccountPublicAccessBlock",
    PutPublicAccessBlock: "s3:PutAccountPublicAccessBlock",
    DeletePublicAccessBlock: "s3:PutAccountPublicAccessBlock",
  };
  const action = actions[call.operation];
  if (action === undefined) return undefined;
  return [{ action, resource: "*", resourceAccount: call.accountId, context: {} }];
};

interface BucketScope {
  readonly arn: string;
  readonly owner: string;
  readonly name: string;
  require(action: string, resource: string, context?: Requirement["context"]): Requirement;
}

async function bucketOf(
  call: DecodedCall,
  facts: Facts,
  name: string,
  key?: string,
): Promise<BucketScope> {
  const bucket = await facts.bucket(name, key);
  const owner = bucket?.owner ?? call.accountId;
  const policy = bucket === undefined ? [] : statementsFor(bucket, call.accountId);
  return {
    name,
    owner,
    arn: `arn:${partitionOf(call.region)}:s3:::${name}`,
    require: (action, resource, context = {}) => ({
      action: `s3:${action}`,
      resource,
      resourceAccount: owner,
      context: {
        "s3:ResourceAccount": owner,
        "s3:TlsVersion": "1.3",
        "s3:authType": "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
        ...context,
      },
      ...(policy.length > 0 && {
        resourcePolicy: { Version: "2012-10-17", Statement: policy },
      }),
    }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
function statementsFor(bucket: Bucket, accountId: string): readonly unknown[] {
  const shutOut = bucket.restricted && accountId !== bucket.owner;
  const policy = bucket.policy.filter((part) => !shutOut || field(part, "Effect") === "Deny");
  return [...policy, ...bucket.grants];
}

function listContext(call: DecodedCall, action: string): Requirement["context"] {
  if (action !== "ListBucket" && action !== "ListBucketVersions") return {};
  const { Prefix, Delimiter, MaxKeys } = call.parameters;
  return {
    ...(Prefix !== undefined && { "s3:prefix": String(Prefix) }),
    ...(Delimiter !== undefined && { "s3:delimiter": String(Delimiter) }),
    ...(MaxKeys !== undefined && { "s3:max-keys": String(MaxKeys) }),
  };
}

function createBucket(call: DecodedCall, bucket: BucketScope): Requirement[] {
  const { ACL, ObjectOwnership, CreateBucketConfiguration, ObjectLockEnabledForBucket } =
    call.parameters;
  const location = field(CreateBucketConfiguration, "LocationConstraint");
  const tags = tagMap(field(CreateBucketConfiguration, "Tags"));
  const granted = Object.keys(call.parameters).some((name) => name.startsWith("Grant"));
  const needs = [
    bucket.require("CreateBucket", bucket.arn, {
      ...requestTags(tags),
      ...(location !== undefined && { "s3:locationconstraint": String(location) }),
      ...(ACL !== undefined && { "s3:x-amz-acl": String(ACL) }),
      ...(ObjectOwnership !== undefined && {
        "s3:x-amz-object-ownership": String(ObjectOwnership),
      }),
    }),
  ];
  if ((ACL !== undefined && ACL !== "private") || granted) {
    needs.push(bucket.require("PutBucketAcl", bucket.arn));
  }
  if (ObjectOwnership !== undefined) {
    needs.push(bucket.require("PutBucketOwnershipControls", bucket.arn));
  }
  if (ObjectLockEnabledForBucket === true) {
    needs.push(bucket.require("PutBucketObjectLockConfiguration", bucket.arn));
    needs.push(bucket.require("PutBucketVersioning", bucket.arn));
  }
  if (Object.keys(tags).length > 0) {
    needs.push(bucket.require("TagResource", bucket.arn, requestTags(tags)));
  }
  return needs;
}

async function onObject(
  call: DecodedCall,
  facts: Facts,
  bucket: BucketScope,
  key: string,
): Promise<Requirement[]> {
  const resource = `${bucket.arn}/${key}`;
  const base = objectActions[call.operation] ?? call.operation;
  if (call.operation === "PutObject" || call.operation === "CreateMultipartUpload") {
    return putObject(call, bucket, resource);
  }
  const version = call.parameters.VersionId;
  const action = version === undefined ? base : (versioned[base] ?? base);
  const place = { accountId: bucket.owner, region: call.region };
  const tags = existingTags.has(base) ? await facts.objectTags(place, bucket.name, key) : {};
  const newTags =
    base === "PutObjectTagging" ? tagMap(field(call.parameters.Tagging, "TagSet")) : {};
  const context = {
    ...Object.fromEntries(
      Object.entries(tags).map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]),
    ),
    ...objectTagContext(newTags),
    ...(version !== undefined && { "s3:versionid": String(version) }),
  };
  const needs = [bucket.require(action, resource, context)];
  if (call.operation === "GetObjectAttributes") {
    needs.push(bucket.require("GetObject", resource, context));
  }
  return needs;
}

/**
 * Whoever writes or reads an object that is encrypted with a KMS key must be allowed to use it. An object is taken to
 * be encrypted as its bucket encrypts now.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 */
async function onKey(call: DecodedCall, facts: Facts, bucket: BucketScope): Promise<Requirement[]> {
  const writes = call.operation === "PutObject" || call.operation === "CreateMultipartUpload";
  if (!writes && call.operation !== "GetObject") return [];
  const { ServerSideEncryption, SSEKMSKeyId } = call.parameters;
  const asked = String(ServerSideEncryption ?? "");
  if (asked === "AES256") return [];
  const key = asked.startsWith("aws:kms")
    ? String(SSEKMSKeyId ?? "alias/aws/s3")
    : await facts.bucketKey({ accountId: bucket.owner, region: call.region }, bucket.name);
  if (key === undefined) return [];
  return objectKeyRequirement(call, facts, writes ? "GenerateDataKey" : "Decrypt", key);
}

/**
 * A tagging header needs PutObjectTagging too, an ACL PutObjectAcl, and If-Match reads the object.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function putObject(call: DecodedCall, bucket: BucketScope, resource: string): Requirement[] {
  const p = call.parameters;
  const tags = Object.fromEntries(new URLSearchParams(String(p.Tagging ?? "")));
  const context = {
    ...objectTagContext(tags),
    ...(p.IfNoneMatch !== undefined && { "s3:if-none-match": String(p.IfNoneMatch) }),
    ...(p.IfMatch !== undefined && { "s3:if-match": String(p.IfMatch) }),
    ...(p.ACL !== undefined && { "s3:x-amz-acl": String(p.ACL) }),
    ...(p.StorageClass !== undefined && { "s3:x-amz-storage-class": String(p.StorageClass) }),
    ...(p.ServerSideEncryption !== undefined && {
      "s3:x-amz-server-side-encryption": String(p.ServerSideEncryption),
    }),
    ...(p.SSEKMSKeyId !== undefined && {
      "s3:x-amz-server-side-encryption-aws-kms-key-id": String(p.SSEKMSKeyId),
    }),
  };
  const needs = [bucket.require("PutObject", resource, context)];
  if (Object.keys(tags).length > 0) {
    needs.push(bucket.require("PutObjectTagging", resource, objectTagContext(tags)));
  }
  if (p.ACL !== undefined || Object.keys(p).some((name) => name.startsWith("Grant"))) {
    needs.push(bucket.require("PutObjectAcl", resource));
  }
  if (p.ObjectLockRetainUntilDate !== undefined) {
    needs.push(bucket.require("PutObjectRetention", resource));
  }
  if (p.ObjectLockLegalHoldStatus !== undefined) {
    needs.push(bucket.require("PutObjectLegalHold", resource));
  }
  if (p.IfMatch !== undefined) needs.push(bucket.require("GetObject", resource));
  return needs;
}

async function copyObject(
  call: DecodedCall,
  facts: Facts,
  bucket: BucketScope,
): Promise<Requirement[]> {
  const { CopySource, Key } = call.parameters;
  const [path = "", search] = String(CopySource ?? "").split("?");
  const [from = "", ...rest] = decodeURIComponent(path).replace(/^\//, "").split("/");
  const source = await bucketOf(call, facts, from);
  const read = search?.startsWith("versionId=") === true ? "GetObjectVersion" : "GetObject";
  return [
    source.require(read, `${source.arn}/${rest.join("/")}`),
    ...putObject(call, bucket, `${bucket.arn}/${String(Key)}`),
  ];
}

function deleteObjects(call: DecodedCall, bucket: BucketScope): Requirement[] {
  const objects = field(call.parameters.Delete, "Objects");
  return (Array.isArray(objects) ? objects : []).map((object: unknown) => {
    const action =
      field(object, "VersionId") === undefined ? "DeleteObject" : "DeleteObjectVersion";
    return bucket.require(action, `${bucket.arn}/${String(field(object, "Key"))}`);
  });
}

function objectTagContext(tags: Tags): Requirement["context"] {
  const names = Object.keys(tags);
  if (names.length === 0) return {};
  return {
    ...Object.fromEntries(names.map((name) => [`s3:RequestObjectTag/${name}`, tags[name] ?? ""])),
    "s3:RequestObjectTagKeys": names,
  };
}
