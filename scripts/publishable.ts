import { relative } from "node:path";
import { checkDocument } from "automation-validator/check";
import { report } from "automation-validator/report";
import { DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { Problem } from "../common/problem.ts";
import { writeText } from "../common/write.ts";
import type { Compiled } from "../document/compile.ts";

/** Where a document is written, relative to the project's folder. */
export const documentFile = (name: string): string =>
  relative(inProject(), inProject("dist", `${name}.yaml`));

/**
 * Checks a compiled document and writes it below dist/.
 *
 * @param check what finds its faults
 * @returns its size in bytes
 * @throws Problem for a document that is not to be published; its findings are printed by then
 */
export async function writeChecked(
  { name, yaml, permissions }: Compiled,
  check = checkDocument,
): Promise<number> {
  const file = documentFile(name);
  const size = Buffer.byteLength(yaml);
  const findings = await check(yaml, {
    file,
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
  writeText(inProject(file), yaml);
  return size;
}
