/** https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html */
import type { DecodedCall } from "../decode.ts";
import type { Facts, Key, Place } from "./facts.ts";
import type { Requirement, Requirements } from "./requirement.ts";

/** Direct calls that name a key. */
export const kms: Requirements = async (call, facts) => {
  const id = call.parameters.KeyId;
  if (typeof id !== "string") return undefined;
  const key = await facts.key(call, id);
  // KMS answers NotFoundException for a key that is not there, allowed or not.
  if (key === undefined) return [];
  return [await requirement(call, facts, call.operation, key, {})];
};

/**
 * What S3 does in the caller's name with the key that encrypts an object: with AWS's own only what everyone in
 * the account may do, with any other what its policy and the caller's allow.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 */
export async function objectKeyRequirement(
  call: DecodedCall,
  facts: Facts,
  action: "GenerateDataKey" | "Decrypt",
  id: string,
): Promise<Requirement[]> {
  const key = await facts.key(call, id);
  if (key === undefined) return [];
  const via = { "kms:ViaService": `s3.${call.region}.amazonaws.com` };
  return [await requirement(call, facts, action, key, via, "s3")];
}

/**
 * What EC2 does in the caller's name when it copies an image with encryption: always with the new key, and
 * with the old one where the source is encrypted.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
 */
export async function copyKeyRequirements(
  call: DecodedCall,
  facts: Facts,
  source: Place,
  imageId: string,
): Promise<Requirement[]> {
  const { Encrypted, KmsKeyId } = call.parameters;
  const encryptedSources = await facts.imageKeys(source, imageId);
  if (Encrypted !== true && encryptedSources.length === 0) return [];
  const target = await facts.key(call, typeof KmsKeyId === "string" ? KmsKeyId : "alias/aws/ebs");
  const via = { "kms:ViaService": `ec2.${call.region}.amazonaws.com` };
  const grant = { ...via, "kms:GrantIsForAWSResource": "true" };
  const needs: Requirement[] = [];
  if (target !== undefined) {
    needs.push(
      await requirement(call, facts, "DescribeKey", target, via),
      await requirement(call, facts, "GenerateDataKeyWithoutPlaintext", target, via),
      await requirement(call, facts, "CreateGrant", target, grant),
    );
  }
  for (const id of encryptedSources) {
    const old = await facts.key(source, id);
    if (old === undefined) continue;
    needs.push(await requirement(call, facts, "ReEncryptFrom", old, via));
    if (target !== undefined) {
      needs.push(await requirement(call, facts, "ReEncryptTo", target, via));
    }
  }
  return needs;
}

async function requirement(
  call: DecodedCall,
  facts: Facts,
  action: string,
  key: Key,
  context: Requirement["context"],
  service: "ec2" | "s3" = "ec2",
): Promise<Requirement> {
  const place = { accountId: key.accountId, region: key.arn.split(":")[3] ?? call.region };
  return {
    action: `kms:${action}`,
    resource: key.arn,
    resourceAccount: key.accountId,
    context: { ...context, "kms:CallerAccount": call.accountId },
    resourcePolicy: key.managed
      ? managedKeyPolicy(key.accountId, place.region, service)
      : ((await facts.keyPolicy(place, key.arn)) ?? defaultKeyPolicy(key.accountId)),
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function defaultKeyPolicy(accountId: string): unknown {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  };
}

/**
 * The policy of AWS's own key for a service: everyone in the account may use it by way of that service.
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
 */
function managedKeyPolicy(accountId: string, region: string, service: "ec2" | "s3"): unknown {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:CallerAccount": accountId,
            "kms:ViaService": `${service}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        Resource: "*",
      },
    ],
  };
}
