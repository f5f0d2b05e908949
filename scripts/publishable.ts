import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { checkDocument } from "automation-validator/check";
import { report } from "automation-validator/report";
import { DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { Problem } from "../common/problem.ts";
import type { Compiled } from "../document/compile.ts";
import { documentName } from "../document/runbook.ts";

/** Where the document is written, relative to the project's folder. */
export const documentFile = relative(inProject(), inProject("dist", `${documentName}.yaml`));

/**
 * Checks a compiled document and writes it below dist/.
 *
 * @returns its size in bytes
 * @throws Problem for a document that is not to be published; its findings are printed by then
 */
export async function writeChecked({ yaml, permissions }: Compiled): Promise<number> {
  const size = Buffer.byteLength(yaml);
  const findings = await checkDocument(yaml, {
    file: documentFile,
    declaredPermissions: permissions,
  });
  if (findings.length > 0) process.stdout.write(report(findings, "text", pc));
  if (size > DOCUMENT_LIMIT)
    throw new Problem(
      `The document has ${size} bytes, more than the ${DOCUMENT_LIMIT} that Systems Manager takes. It was not written.`,
      "Shorten a handler, a description or a message below steps/.",
    );
  if (findings.some(({ severity }) => severity === "error"))
    throw new Problem(
      "The document has errors. It was not written.",
      "Correct what the findings name, then run the command again.",
    );
  writeBelowDist(documentFile, yaml);
  return size;
}

/**
 * Writes a file of the project.
 *
 * @param file relative to the project's folder
 * @throws Problem where the file system does not let it
 */
export const writeBelowDist = (file: string, text: string): void =>
  writeBelow(inProject(), file, text);

/**
 * Writes a file, and the folders that it lies in.
 *
 * @param file relative to the folder
 * @throws Problem where the file system does not let it
 */
export function writeBelow(folder: string, file: string, text: string): void {
  const path = join(folder, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new Problem(
      `${path} can't be written (${cause instanceof Error ? cause.message : cause}).`,
      "See that its folder belongs to you (dist/ of this project, or the one that you named) and that the disk has space.",
      { cause },
    );
  }
}
