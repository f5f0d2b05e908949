import { createHash } from "node:crypto";

/** SHA-256 of a document's text in hexadecimal, as SSM gives it in `Hash`. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DocumentDescription.html */
export const contentHash = (yaml: string): string =>
  createHash("sha256").update(yaml, "utf8").digest("hex");

/**
 * The name of a version: that of the package and the beginning of the content's hash, so that the same text has
 * the same name everywhere and a name is never given to other text. Characters that SSM does not take in a
 * version name (`^[a-zA-Z0-9_\-.]{1,128}$`) become `_`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
 */
export const versionName = (packageVersion: string, yaml: string): string =>
  `${packageVersion.replace(/[^a-zA-Z0-9_\-.]/g, "_").slice(0, 100)}-${contentHash(yaml).slice(0, 12)}`;
