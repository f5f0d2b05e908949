import {
  CreateDocumentCommand,
  DescribeDocumentCommand,
  type DocumentDescription,
  GetDocumentCommand,
  type SSMClient,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
} from "@aws-sdk/client-ssm";
import type { Config } from "./config.ts";
import type { VersionedDocument } from "./document.ts";
import { Problem } from "./problem.ts";
import { contentHash } from "./version.ts";

/** A version of the document as it stands in SSM. */
export interface Published {
  readonly name: string;
  /** Its number, such as "3". */
  readonly version: string;
  readonly versionName: string | undefined;
  readonly defaultVersion: string;
  readonly latestVersion: string;
  readonly owner: string;
}

/** A number, a version name, `$DEFAULT` or `$LATEST`. */
export type VersionReference = string;

/** The default version is named by naming none. */
const selector = (
  reference: VersionReference,
): { DocumentVersion: string } | { VersionName: string } | Record<never, never> =>
  reference === "$DEFAULT"
    ? {}
    : /^(\$LATEST|[1-9]\d*)$/.test(reference)
      ? { DocumentVersion: reference }
      : { VersionName: reference };

/**
 * A version of a document, or undefined where the document or that version is not there.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocument.html
 */
export async function describe(
  client: SSMClient,
  name: string,
  reference: VersionReference = "$DEFAULT",
): Promise<Published | undefined> {
  try {
    const { Document } = await client.send(
      new DescribeDocumentCommand({ Name: name, ...selector(reference) }),
    );
    return Document && parse(Document);
  } catch (error) {
    if (error instanceof Error && /^InvalidDocument(Version)?$/.test(error.name)) return undefined;
    throw error;
  }
}

function parse(description: DocumentDescription): Published {
  const { Name, DocumentVersion, DefaultVersion, LatestVersion, Owner, VersionName } = description;
  if (!Name || !DocumentVersion || !DefaultVersion || !LatestVersion)
    throw new Error(
      `SSM described a document without name or versions: ${JSON.stringify(description)}`,
    );
  return {
    name: Name,
    version: DocumentVersion,
    versionName: VersionName,
    defaultVersion: DefaultVersion,
    latestVersion: LatestVersion,
    owner: Owner ?? "",
  };
}

/** The YAML of a version. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html */
export async function content(client: SSMClient, name: string, version: string): Promise<string> {
  const { Content } = await client.send(
    new GetDocumentCommand({ Name: name, DocumentVersion: version, DocumentFormat: "YAML" }),
  );
  return Content ?? "";
}

/**
 * Publishes by SSM alone: a new document, or a new version that is not the default. Content that is published
 * already is found again and nothing is made, so that it can be run twice.
 *
 * @returns the version with the publication's content
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
 */
export async function publish(
  client: SSMClient,
  name: string,
  tags: Config["tags"],
  publication: VersionedDocument,
): Promise<Published> {
  const there = await describe(client, name);
  if (there === undefined) {
    await client.send(
      new CreateDocumentCommand({
        Name: name,
        Content: publication.yaml,
        DocumentFormat: "YAML",
        DocumentType: "Automation",
        TargetType: "/AWS::EC2::Instance",
        VersionName: publication.versionName,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    return found(await describe(client, name), name);
  }
  const known = await versionWith(client, there, publication);
  if (known !== undefined) return known;
  try {
    await client.send(
      new UpdateDocumentCommand({
        Name: name,
        Content: publication.yaml,
        DocumentFormat: "YAML",
        DocumentVersion: "$LATEST",
        TargetType: "/AWS::EC2::Instance",
        VersionName: publication.versionName,
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "DocumentVersionLimitExceeded")
      throw new Problem(
        `The document ${name} has 1,000 versions, the most that Systems Manager keeps.`,
        `Delete old ones: aws ssm delete-document --name ${name} --document-version NUMBER.`,
        { cause: error },
      );
    if (!(error instanceof Error && error.name === "DuplicateDocumentContent")) throw error;
    const same = await searchContent(client, there, publication);
    if (same !== undefined) return same;
    throw error;
  }
  return found(await describe(client, name, publication.versionName), name);
}

/** The version that has the publication's content under its name; undefined when there is none. */
export async function versionWith(
  client: SSMClient,
  there: Published,
  publication: VersionedDocument,
): Promise<Published | undefined> {
  const named = await describe(client, there.name, publication.versionName);
  return named && (await hasContent(client, named, publication)) ? named : undefined;
}

/** The same content under another version name, newest first: a package version that changed nothing. */
async function searchContent(
  client: SSMClient,
  there: Published,
  publication: VersionedDocument,
): Promise<Published | undefined> {
  const { latestVersion } = found(await describe(client, there.name, "$LATEST"), there.name);
  for (let version = Number(latestVersion); version > 0; version--) {
    const candidate = await describe(client, there.name, String(version));
    if (candidate && (await hasContent(client, candidate, publication))) return candidate;
  }
  return undefined;
}

/** Whether a version's text in SSM is the publication's, byte for byte. */
export async function hasContent(
  client: SSMClient,
  there: Published,
  publication: VersionedDocument,
): Promise<boolean> {
  return contentHash(await content(client, there.name, there.version)) === publication.hash;
}

/** Moves the default version. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocumentDefaultVersion.html */
export async function promote(client: SSMClient, name: string, version: string): Promise<void> {
  await client.send(
    new UpdateDocumentDefaultVersionCommand({ Name: name, DocumentVersion: version }),
  );
  const now = found(await describe(client, name), name);
  if (now.defaultVersion !== version)
    throw new Problem(
      `Systems Manager took version ${version} of ${name} as the default, but still names ${now.defaultVersion}.`,
      "Run the command again.",
    );
}

/**
 * The version to go back to: the newest one older than the default that still exists.
 *
 * @throws Problem when the default is the oldest
 */
export async function previous(client: SSMClient, there: Published): Promise<Published> {
  for (let version = Number(there.defaultVersion) - 1; version > 0; version--) {
    const candidate = await describe(client, there.name, String(version));
    if (candidate !== undefined) return candidate;
  }
  throw new Problem(
    `The default of ${there.name}, version ${there.defaultVersion}, is the oldest there is.`,
    "There is nothing to go back to. `npm run promote -- VERSION` sets any other version.",
  );
}

function found(published: Published | undefined, name: string): Published {
  if (published !== undefined) return published;
  throw new Error(`The document ${name} was published and is not there.`);
}
