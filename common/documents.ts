import { type DocumentDefinition, documents } from "../document/documents.ts";
import { Problem } from "./problem.ts";

/**
 * The document with a name, or all of them where none is given.
 *
 * @throws Problem that lists the names there are
 */
export function documentsNamed(name?: string): readonly DocumentDefinition[] {
  if (name === undefined) return documents;
  const found = documents.filter(({ runbook }) => runbook.name === name);
  if (found.length > 0) return found;
  throw new Problem(
    `There is no document ${name} here.`,
    `Name one of ${documents.map(({ runbook }) => runbook.name).join(", ")}, or none for all.`,
  );
}
