import { readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { Problem } from "../common/problem.ts";
import { writeText } from "../common/write.ts";
import { compile } from "../document/compile.ts";
import { documents } from "../document/documents.ts";
import { writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";

/**
 * Runs before `npm pack` and `npm publish` of packages/contain-runbook: compiles and checks the documents, joins the
 * construct into one CommonJS file, which CDK apps of either kind can import, and writes its types beside it.
 */
const folder = inProject("packages", "contain-runbook");
const entry = join(folder, "src", "index.ts");

await command(async () => {
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  const python = await setUpPython("run", (line) => console.error(line));
  for (const { runbook } of documents) {
    const compiled = compile(python, runbook);
    await writeChecked(compiled);
    writeText(join(folder, "dist", `${runbook.name}.yaml`), compiled.yaml);
  }
  await bundle();
  writeTypes();
  return 0;
});

/** @throws Problem for a package of others that would be in it */
async function bundle(): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Readonly<Record<"dependencies" | "peerDependencies", object>>;
  const { metafile } = await build({
    entryPoints: [entry],
    outdir: join(folder, "dist"),
    bundle: true,
    conditions: ["source"],
    external: Object.keys({ ...dependencies, ...peerDependencies }),
    metafile: true,
    // A CommonJS module has no address of its own, but knows its file. Joined, since run.mjs puts addresses in place.
    define: { [["import", "meta", "url"].join(".")]: "address" },
    banner: { js: 'const address = require("node:url").pathToFileURL(__filename).href;' },
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/"));
  if (foreign.length > 0)
    throw new Problem(
      `The package would contain packages of others: ${foreign.join(", ")}.`,
      "Add them to the dependencies in packages/contain-runbook/package.json.",
    );
}

/**
 * Writes the declarations that the package's own needs, in the folders of their sources.
 *
 * @throws Problem for what TypeScript can't declare
 */
function writeTypes(): void {
  const { config } = ts.readConfigFile(inProject("tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [] },
    ts.sys,
    inProject(),
  );
  const made = new Map<string, string>();
  const { diagnostics } = ts
    .createProgram([entry], {
      ...options,
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, removeComments: false },
      ...{ rootDir: inProject(), outDir: join(folder, "dist", "types") },
    })
    .emit(undefined, (path, text) => made.set(resolve(path), text));
  if (diagnostics.length > 0)
    throw new Problem(
      `The types can't be written: ${ts.formatDiagnostics(diagnostics, host)}`,
      "Correct what stands there.",
    );
  const types = join(folder, "dist", "types");
  const needed = new Set<string>();
  const need = (path: string): void => {
    const text = made.get(path);
    if (text === undefined || needed.has(path)) return;
    needed.add(path);
    for (const [, specifier = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.ts"/g))
      need(resolve(dirname(path), `${specifier}.d.ts`));
  };
  need(join(types, `${relative(inProject(), entry).replace(/\.ts$/, "")}.d.ts`));
  // A declaration names another one's file as its sources do theirs; compilers of others want the .js that stands for it.
  for (const path of needed)
    writeText(
      path,
      (made.get(path) ?? "").replace(/((?:from|import\()\s*"\.[^"]+)\.ts"/g, '$1.js"'),
    );
}

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => inProject(),
  getNewLine: () => "\n",
};
