import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { inProject } from "../build/root.ts";

const packages = {
  language: "packages/automation-language",
  validator: "packages/automation-validator",
  emulator: "packages/automation-emulator",
  runbook: "packages/contain-runbook",
} as const;
const { language, validator, emulator, runbook } = packages;

/** Which layers a layer may import from, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  [language]: [],
  [validator]: [language],
  [emulator]: [language],
  build: [],
  steps: ["build"],
  document: ["steps", "build"],
  common: ["document", "build", language],
  deploy: ["common", "document", "build", language],
  operate: ["common", language],
  acceptance: ["operate", "common", "document", "build", language, emulator],
  // The construct for other repositories: what of deploy/ they get.
  [runbook]: ["deploy"],
  scripts: [
    "acceptance",
    "deploy",
    "operate",
    "common",
    "document",
    "build",
    language,
    validator,
    emulator,
  ],
};

for (const [layer, allowed] of Object.entries(mayImport))
  test(`${layer}/ imports from ${["itself", ...allowed].join(", ")} only`, () => {
    const wrong = filesOf(inProject(layer)).flatMap((file) =>
      importsOf(file)
        .map((specifier) => ({ specifier, layer: layerOf(file, specifier) }))
        .filter((found) => ![layer, ...allowed, undefined].includes(found.layer))
        .map(({ specifier }) => `${relative(inProject(), file)} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

test("docs/develop.md says the same", () => {
  const page = readFileSync(inProject("docs", "develop.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+)\/` \|.*\| (.*) \|$/gm)];
  const said = Object.fromEntries(rows.map(([, layer = "", may = ""]) => [layer, layersIn(may)]));
  for (const [layer, allowed] of Object.entries(mayImport)) {
    // The construct for other repositories is none of "all".
    const all = Object.keys(mayImport).filter((each) => each !== runbook && each !== layer);
    const { but, named } = said[layer] ?? { but: false, named: ["a row of the table"] };
    const may = but ? all.filter((each) => !named.includes(each)) : named;
    expect([...may].sort(), layer).toEqual([...allowed].sort());
  }
});

/** The layers in words of the table: `steps/`, language. */
function layersIn(words: string): { readonly but: boolean; readonly named: readonly string[] } {
  const named = words.match(/[a-z]+(?=\/)|language|validator|emulator/g) ?? [];
  return {
    but: words.startsWith("all but"),
    named: named.map((word) => (packages as Readonly<Record<string, string>>)[word] ?? word),
  };
}

test("a package is imported by its name, and imports only what is its own by a path", () => {
  const roots = [...Object.keys(mayImport), "test"];
  const wrong = roots.flatMap((root) =>
    filesOf(inProject(root)).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .filter((specifier) => {
          const [from, to] = [ownerOf(file), ownerOf(join(dirname(file), specifier))];
          return from !== to && from !== runbook && (isPackage(from) || isPackage(to));
        })
        .map((specifier) => `${relative(inProject(), file)} imports ${specifier}`),
    ),
  );
  expect(wrong).toEqual([]);
});

test("CDK, which takes longer to load than most commands take, is loaded where stacks are made", () => {
  const makesStacks = /^deploy\/(?:app\.ts$|stacks\/|construct\/)/;
  const wrong = ["deploy", "common", "operate", "document"].flatMap((layer) =>
    filesOf(inProject(layer))
      .filter((file) => !makesStacks.test(relative(inProject(), file)))
      .flatMap((file) =>
        specifiersOf(file)
          .filter(
            (specifier) =>
              specifier.startsWith("aws-cdk-lib") ||
              (specifier.startsWith(".") &&
                makesStacks.test(relative(inProject(), join(dirname(file), specifier)))),
          )
          .map((specifier) => `${relative(inProject(), file)} imports ${specifier}`),
      ),
  );
  expect(wrong).toEqual([]);
});

/** The layer that an import leads to; undefined for a package that is none of ours. */
function layerOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return ownerOf(join(dirname(file), specifier));
  const own = /^automation-[a-z]+/.exec(specifier)?.[0];
  return own === undefined ? undefined : `packages/${own}`;
}

/** The layer that a file belongs to: its first folder, or its package. */
function ownerOf(file: string): string {
  const [first = "", second = ""] = relative(inProject(), file).split("/");
  return first === "packages" ? `${first}/${second}` : first;
}

const isPackage = (layer: string): boolean => layer.startsWith("packages/");

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));

/** What a file imports of the project. */
const importsOf = (file: string): string[] =>
  specifiersOf(file).filter((specifier) => /^(?:\.{1,2}\/|automation-)/.test(specifier));

const specifiersOf = (file: string): string[] =>
  [
    ...readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport\(|^import)\s*["']([^"']+)["']/gm),
  ].map((match) => match[1] ?? "");
