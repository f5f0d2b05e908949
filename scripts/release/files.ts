import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { inProject } from "../../build/root.ts";
import { loadDocument } from "../../common/document.ts";
import { templateOf } from "../../deploy/stacks/member.ts";
import { standaloneStack } from "../../deploy/stacks/standalone.ts";
import type { Compiled } from "../../document/compile.ts";
import { documentName } from "../../document/runbook.ts";
import { releaseReadme } from "./readme.ts";
import { bomText, licenceTable, normal, npmBom, pythonBom } from "./sbom.ts";

/**
 * All files of a release by their names: what a user needs without Node.js. The same working tree gives the same
 * bytes each time.
 *
 * @param documentPath the checked document, relative to the project's folder
 * @param python an interpreter with the packages of requirements-dev.txt
 */
export async function releaseFiles(
  compiled: Compiled,
  documentPath: string,
  python: string,
): Promise<ReadonlyMap<string, string>> {
  const publication = loadDocument(documentPath);
  const { name, version } = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const boms = [await npmBom(name), await pythonBom(python, lockedPackages())];
  const [npm, pypi] = boms.map(bomText);
  const files = new Map([
    [`${documentName}.yaml`, publication.yaml],
    [`${documentName}.template.yaml`, standaloneTemplate(publication)],
    ...[...compiled.readableScripts].map(
      ([step, script]) =>
        [`scripts/${step}.py`, script.endsWith("\n") ? script : `${script}\n`] as const,
    ),
    ["README.md", releaseReadme(version, publication)],
    ["LICENSE", readFileSync(inProject("LICENSE"), "utf8")],
    ["LICENCES.md", licenceTable(boms)],
    ["sbom.npm.cdx.json", npm ?? ""],
    ["sbom.python.cdx.json", pypi ?? ""],
  ]);
  return new Map([...files, ["SHA256SUMS", sums(files)]]);
}

/** CloudFormation reads YAML 1.1, where more words must be quoted than in today's YAML. */
const standaloneTemplate = (publication: ReturnType<typeof loadDocument>): string =>
  stringify(
    {
      Description: `The SSM Automation runbook ${documentName} ${publication.versionName} and the role it acts as`,
      ...JSON.parse(templateOf(documentName, (stack) => standaloneStack(stack, publication))),
    },
    { version: "1.1", lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false },
  );

/** As `sha256sum --check` reads it. */
const sums = (files: ReadonlyMap<string, string>): string =>
  [...files]
    .map(([name, text]) => `${createHash("sha256").update(text).digest("hex")}  ${name}\n`)
    .sort((one, other) => (one.slice(66) < other.slice(66) ? -1 : 1))
    .join("");

const lockedPackages = (): ReadonlySet<string> =>
  new Set(
    [
      ...readFileSync(inProject("requirements-dev.txt"), "utf8").matchAll(
        /^([\w.-]+)(?:\[.*?\])?==/gm,
      ),
    ].map(([, name = ""]) => normal(name)),
  );
