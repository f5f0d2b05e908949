import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { findPython } from "automation-language/python";
import { isSeq, parseDocument } from "yaml";
import { DOCUMENT_LIMIT } from "../build/emit.ts";
import { projectRoot } from "../build/root.ts";
import type { RunbookDocument } from "../build/types.ts";
import { compile } from "../document/compile.ts";
import type { Granted } from "../document/grants.ts";
import { declaredPermissions } from "../document/permissions.ts";
import { type PolicyScope, rolePolicy } from "../document/policy.ts";
import { source } from "../document/source.ts";
import { Problem } from "./problem.ts";
import { contentHash, versionName } from "./version.ts";

/** A document as it is to be published. */
export interface VersionedDocument {
  readonly yaml: string;
  /** SHA-256 of `yaml`, hexadecimal. */
  readonly hash: string;
  readonly versionName: string;
}

/** The document that contains, as it is to be published. */
export interface Publication extends VersionedDocument {
  /** The least-privilege policy of the role that the document acts as, gathered from the steps of this working tree. */
  readonly policy: (scope: PolicyScope) => readonly Granted[];
}

/**
 * The document that this working tree makes, or a file's where one is given (a build that was reviewed).
 *
 * @param file path of a YAML file, relative to the project's folder; empty: compile
 * @throws Problem for a file that can't be read or has no Automation document in it, or a document over SSM's limit
 */
export function loadDocument(file = ""): Publication {
  const yaml = file === "" ? compile(findPython()).yaml : readDocument(file);
  const bytes = Buffer.byteLength(yaml);
  if (bytes > DOCUMENT_LIMIT)
    throw new Problem(
      `The document has ${bytes} bytes; Systems Manager takes ${DOCUMENT_LIMIT}.`,
      "Shorten a handler, a description or a message below steps/.",
    );
  return {
    ...published(yaml),
    policy: (scope) => rolePolicy(declaredPermissions, scope),
  };
}

/** A document that this working tree makes beside the one that contains. */
export const loadOther = (runbook: RunbookDocument): VersionedDocument =>
  published(compile(findPython(), runbook).yaml);

function published(yaml: string): VersionedDocument {
  return { yaml, hash: contentHash(yaml), versionName: versionName(source.version, yaml) };
}

function readDocument(file: string): string {
  const yaml = readText(file);
  if (isAutomation(yaml)) return yaml;
  throw new Problem(
    `${file} is not an Automation document: it has no schemaVersion "0.3" with mainSteps.`,
    `Name the YAML file that npm run build wrote; npm run validate -- ${file} tells what is wrong with it.`,
  );
}

/** Whether a text is what Systems Manager may take; only its own checks tell whether it does. */
function isAutomation(yaml: string): boolean {
  const document = parseDocument(yaml, { logLevel: "silent" });
  return (
    document.errors.length === 0 &&
    document.get("schemaVersion") === "0.3" &&
    isSeq(document.get("mainSteps"))
  );
}

function readText(file: string): string {
  try {
    return readFileSync(resolve(projectRoot, file), "utf8");
  } catch (cause) {
    throw new Problem(
      `The document ${file} can't be read (${(cause as NodeJS.ErrnoException).code ?? cause}).`,
      "Give the path of a file that is there, or leave contain:documentFile empty to publish what this working tree compiles to.",
      { cause },
    );
  }
}
