import { type DocumentDefinition, documents } from "../document/documents.ts";
import { type Config, furtherRole } from "./config.ts";
import { loadDocument, loadOther, type VersionedDocument } from "./document.ts";
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

/** The one that contains, whose name in Systems Manager is a setting. */
const containing = documents[0] as DocumentDefinition;

const isContaining = (definition: DocumentDefinition): boolean => definition === containing;

/** A document's name in Systems Manager. */
const publishedName = (
  definition: DocumentDefinition,
  { documentName }: Pick<Config, "documentName">,
): string => (isContaining(definition) ? documentName : definition.runbook.name);

/**
 * The definition behind the name or ARN of a document in Systems Manager; undefined for one that is not of this
 * project.
 */
export function definitionOf(
  reference: string,
  config: Pick<Config, "documentName">,
): DocumentDefinition | undefined {
  const name = reference.replace(/^arn:.*\//, "");
  return (
    documents.find((definition) => publishedName(definition, config) === name) ??
    documents.find(({ runbook }) => runbook.name === name)
  );
}

/** A document of this project as it is or will be in Systems Manager. */
export interface Named {
  readonly name: string;
  /** Compiles it, or reads the file of the settings for the one that contains. */
  readonly load: () => VersionedDocument;
}

/**
 * The document that a command is about.
 *
 * @param reference its name here or in Systems Manager; undefined: the one that contains
 * @throws Problem that lists the names there are
 */
export function namedDocument(reference: string | undefined, config: Config): Named {
  const definition = reference === undefined ? containing : definitionOf(reference, config);
  if (definition === undefined)
    throw new Problem(
      `There is no document ${reference} here.`,
      `Name one of ${documents.map((one) => publishedName(one, config)).join(", ")}.`,
    );
  return {
    name: publishedName(definition, config),
    load: () =>
      isContaining(definition) ? loadDocument(config.documentFile) : loadOther(definition.runbook),
  };
}

/** The name of the role that a deployment makes for a document. */
export const roleNameOf = (
  definition: DocumentDefinition | undefined,
  config: Pick<Config, "documentName" | "automationRoleName">,
): string =>
  definition?.role === undefined ? config.automationRoleName : furtherRole(config, definition.role);

/** What a document of this project is started with. */
export interface Form {
  readonly parameters: DocumentDefinition["runbook"]["parameters"];
  /** The parameter that names the instance. */
  readonly target: string;
}

/** The form of a document; for one that is not of this project, as of the one that contains. */
export function formOf(definition: DocumentDefinition | undefined = containing): Form {
  return { parameters: definition.runbook.parameters, target: definition.target ?? "InstanceId" };
}
