import { createHash } from "node:crypto";
import { DescribeImagesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { attempting } from "./attempt.ts";
import type { BackupReference, RunRecord } from "./record.ts";

/** The evidence of a run, as far as it can be seen at the time of the report. */
export interface Evidence {
  readonly read: Date;
  /** Absent where the run names no backup, or a dry run has written none. */
  readonly backup: BackupCheck | undefined;
  readonly images: readonly Image[];
  /** What could not be read, a sentence for each. */
  readonly unread: readonly string[];
}

export interface BackupCheck {
  /** SHA-256 of the object as it is now, hexadecimal; undefined where it can't be read. */
  readonly digest: string | undefined;
  readonly bytes: number | undefined;
  readonly versionId: string | undefined;
  readonly written: Date | undefined;
  /** The object's text; undefined where it can't be read or is not what its key says. */
  readonly text: string | undefined;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly made: string;
  readonly snapshots: readonly { readonly id: string; readonly encrypted: boolean }[];
}

/** A backup is some kilobytes; what is larger is none. */
const MOST_BYTES = 1_000_000;

/**
 * Looks at a run's backup and images. Calls that read, no others; what is refused is said and left out.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export async function readEvidence(
  s3: S3Client,
  ec2: EC2Client,
  record: RunRecord,
): Promise<Evidence> {
  const unread: string[] = [];
  const attempt = attempting(unread);
  const { backup } = record;
  const written = backup !== undefined && !(record.dryRun && record.action === "Contain");
  const [check, images] = await Promise.all([
    written ? attempt("The backup can't be read", readBackup(s3, backup)) : undefined,
    attempt("Images can't be read", readImages(ec2, imageIdsOf(record))),
  ]);
  return { read: new Date(), backup: check, images: images ?? [], unread };
}

async function readBackup(s3: S3Client, { bucket, key, digest }: BackupReference) {
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if ((answer.ContentLength ?? 0) > MOST_BYTES) throw new Error("it is too large for a backup");
  const content = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  const found = createHash("sha256").update(content).digest("hex");
  return {
    digest: found,
    bytes: content.length,
    versionId: answer.VersionId,
    written: answer.LastModified,
    text: found === digest ? content.toString("utf8") : undefined,
  };
}

/** The images that a run's report names. */
function imageIdsOf({ report }: RunRecord): readonly string[] {
  const named = JSON.stringify([
    report?.sections.Images ?? [],
    report?.sections.Tagged ?? [],
    report?.sections["Calls made"] ?? [],
  ]);
  return [...new Set([...named.matchAll(/"(ami-[0-9a-f]{8,17})\b/g)].map(([, id = ""]) => id))];
}

async function readImages(ec2: EC2Client, ids: readonly string[]): Promise<readonly Image[]> {
  if (ids.length === 0) return [];
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: "image-id", Values: [...ids] }] }),
  );
  return Images.map((image) => ({
    id: image.ImageId ?? "",
    name: image.Name ?? "",
    state: image.State ?? "",
    made: image.CreationDate ?? "",
    snapshots: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) =>
      Ebs?.SnapshotId === undefined
        ? []
        : [{ id: Ebs.SnapshotId, encrypted: Ebs.Encrypted === true }],
    ),
  }));
}
