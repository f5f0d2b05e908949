import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
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
  await writeTypes();
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
async function writeTypes(): Promise<void> {
  const types = join(folder, "dist", "types");
  const all = join(folder, "dist", "declarations");
  await declare(all);
  const needed = new Set<string>();
  const need = (path: string): void => {
    if (needed.has(path) || !existsSync(join(all, path))) return;
    needed.add(path);
    // A declaration names another one's file as its sources do theirs; compilers of others want the .js that stands for it.
    const text = readFileSync(join(all, path), "utf8");
    writeText(join(types, path), text.replace(/((?:from|import\()\s*"\.[^"]+)\.ts"/g, '$1.js"'));
    for (const [, specifier = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.ts"/g))
      need(join(dirname(path), `${specifier}.d.ts`));
  };
  need(relative(inProject(), entry).replace(/\.ts$/, ".d.ts"));
  rmSync(all, { recursive: true });
}

/** Writes the declarations of all that the package is made of into a folder, in the folders of their sources. */
async function declare(outDir: string): Promise<void> {
  const settings = join(folder, "dist", "tsconfig.json");
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true },
    ...{ rootDir: inProject(), outDir },
  };
  const extended = { extends: inProject("tsconfig.json"), include: [], exclude: [] };
  writeText(settings, JSON.stringify({ ...extended, files: [entry], compilerOptions }));
  const tsc = inProject("node_modules", "typescript", "bin", "tsc");
  const { failed, all } = await execa(process.execPath, [tsc, "--project", settings], {
    reject: false,
    all: true,
  });
  if (failed) throw new Problem(`The types can't be written: ${all}`, "Correct what stands there.");
  rmSync(settings);
}
