import { mkdirSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { report } from "automation-validator/report";
import pc from "picocolors";
import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import { compile } from "../document/compile.ts";
import { documentName } from "../document/runbook.ts";

/**
 * `npm run build`: compiles and checks the document, and writes it below dist/; beside it the same document with its
 * scripts as they were written, for those who review it.
 */
const file = inProject("dist", `${documentName}.yaml`);
const readable = inProject("dist", `${documentName}.readable.yaml`);
const name = relative(inProject(), file);

try {
  const { yaml, permissions, levels } = compile(findPython());
  const size = Buffer.byteLength(yaml);
  const findings = await checkDocument(yaml, { file: name, declaredPermissions: permissions });
  if (findings.length > 0) process.stdout.write(report(findings, "text", pc));
  if (size > DOCUMENT_LIMIT) {
    console.error(
      `The document has ${size} bytes, more than the ${DOCUMENT_LIMIT} that Systems Manager takes. It was not written. Shorten a handler, a description or a message below steps/.`,
    );
    process.exitCode = 1;
  } else if (findings.some(({ severity }) => severity === "error")) {
    console.error("The document has errors. It was not written.");
    process.exitCode = 1;
  } else {
    mkdirSync(inProject("dist"), { recursive: true });
    writeFileSync(file, yaml);
    writeFileSync(readable, compile(findPython(), 0).yaml);
    console.log(
      `${name}: ${size} bytes, ${((100 * size) / DOCUMENT_LIMIT).toFixed(1)} % of the ${DOCUMENT_LIMIT} that Systems Manager takes${size > DOCUMENT_BUDGET ? `, over the budget of ${DOCUMENT_BUDGET}` : ""}; ${shortening(levels)}`,
    );
    console.log(
      `${relative(inProject(), readable)}: the same with its scripts as they were written, to read; too long to publish`,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** How many scripts were shortened to which level. */
function shortening(levels: Readonly<Record<string, number>>): string {
  const count = new Map<number, number>();
  for (const level of Object.values(levels)) count.set(level, (count.get(level) ?? 0) + 1);
  const parts = [...count].sort(([a], [b]) => a - b).map(([level, many]) => `${many} to ${level}`);
  return `scripts shortened: ${parts.join(", ")} (0: as written, 5: most)`;
}
