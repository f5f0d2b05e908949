import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { VersionedDocument } from "../../common/document.ts";
import { contentHash, versionName } from "../../common/version.ts";
import { source } from "../../document/source.ts";

/** Gives a document by its name, as it is to be published. */
export type DocumentSource = (name: string) => VersionedDocument;

/**
 * The document that the package was released with: its YAML lies beside this module there.
 *
 * @throws Error in the project itself, where documents are compiled
 */
export const packagedDocument: DocumentSource = (name) => {
  const file = fileURLToPath(new URL(`${name}.yaml`, import.meta.url));
  if (!existsSync(file))
    throw new Error(
      `There is no document ${file}: name one with the property documents, or use the package as npm pack -w packages/contain-runbook makes it.`,
    );
  const yaml = readFileSync(file, "utf8");
  return { yaml, hash: contentHash(yaml), versionName: versionName(source.version, yaml) };
};
