import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { nameOf, type Run, tagsOf } from "../run.ts";

/** A private, versioned bucket for the backups and for what scripts write down; its name. */
export const bucket = (run: Run): Promise<string> =>
  run.once("bucket", async () => {
    const { s3 } = run.clients;
    const LocationConstraint = run.region as BucketLocationConstraint;
    const Bucket = nameOf(run.id, "bucket");
    await run.registry.named("bucket", Bucket, () =>
      s3.send(
        new CreateBucketCommand({
          Bucket,
          // us-east-1 takes no name for itself.
          ...(run.region === "us-east-1"
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint } }),
        }),
      ),
    );
    await run.eventually(() =>
      s3.send(
        new PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: "Enabled" },
        }),
      ),
    );
    await run.eventually(() =>
      s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagsOf(run) } })),
    );
    return Bucket;
  });
