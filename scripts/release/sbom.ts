import { execa } from "execa";
import { inProject } from "../../build/root.ts";

/** The part of a CycloneDX component that is used here. @see https://cyclonedx.org/docs/1.6/json/ */
export interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly licenses?: readonly {
    readonly expression?: string;
    readonly license?: { readonly id?: string; readonly name?: string };
  }[];
}

interface Bom {
  readonly metadata: { readonly component?: object };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: string[] }[];
}

/**
 * The bill of materials of npm's packages, as package-lock.json has them.
 *
 * @param product name of this project: npm calls it after the folder that it happens to lie in
 */
export async function npmBom(product: string): Promise<Bom> {
  const { stdout } = await execa(
    "npm",
    ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"],
    { cwd: inProject() },
  );
  const bom = JSON.parse(stdout) as Bom;
  return { ...bom, metadata: { component: { ...bom.metadata.component, name: product } } };
}

/**
 * The bill of materials of Python's packages, as they are installed, with the licences that they declare.
 *
 * @param python the interpreter that has them
 * @param locked the names that are in the lock; pip and what else a machine brings is left out
 */
export async function pythonBom(python: string, locked: ReadonlySet<string>): Promise<Bom> {
  const { stdout } = await execa(python, [
    ...["-m", "cyclonedx_py", "environment"],
    ...["--output-reproducible", "--short-PURLs", "--spec-version", "1.5", "--of", "JSON", python],
  ]);
  const bom = JSON.parse(stdout) as Bom;
  const components = bom.components.filter(({ name }) => locked.has(normal(name)));
  const kept = new Set(components.map((component) => component["bom-ref"]));
  return {
    ...bom,
    metadata: {},
    components,
    dependencies: bom.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((on) => kept.has(on)),
      })),
  };
}

/** A package's name as PyPI compares it. @see https://packaging.python.org/en/latest/specifications/name-normalization/ */
export const normal = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

/**
 * A bill as text, the same for the same packages: sorted, and without the number, the time, the tools' versions and
 * the paths that tell one making from another.
 */
export function bomText({ metadata, components, dependencies }: Bom): string {
  const sorted = components
    .map((component) => ({ ...component, properties: undefined, evidence: undefined }))
    .sort((one, other) => compare(one["bom-ref"], other["bom-ref"]));
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata,
    components: sorted,
    dependencies: dependencies
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: [...dependsOn].sort(compare) }))
      .sort((one, other) => compare(one.ref, other.ref)),
  };
  return `${JSON.stringify(bom, null, 1)}\n`;
}

/** The packages of bills with their licences, as a table in Markdown. */
export function licenceTable(boms: readonly Bom[]): string {
  const rows = boms.flatMap(({ components }) =>
    components.map(({ name, version = "", purl = "", licenses = [] }) => {
      const from = /^pkg:(\w+)/.exec(purl)?.[1] ?? "";
      const names = licenses.map(
        ({ expression, license }) => expression ?? license?.id ?? license?.name?.split("\n")[0],
      );
      return `| ${from} | ${name} | ${version} | ${names.join(", ") || "not declared"} |`;
    }),
  );
  return [
    "# Licences",
    "",
    "The files of this release are licensed under Apache-2.0; no package of others is in them. These are what builds, checks and rehearses them.",
    "",
    "| from | package | version | licence |",
    "| --- | --- | --- | --- |",
    ...[...new Set(rows)].sort(compare),
    "",
  ].join("\n");
}

/** By code points: the same in every locale. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
