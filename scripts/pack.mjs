/**
 * Runs before `npm pack` and `npm publish` of a workspace package, in its folder: joins its entry points (`exports`
 * and `bin` of package.json) with the workspace packages that they import into dist/, and copies its other files
 * (Python, requirements, data) beside them, in the same folders as below src/. Packages of others stay outside and
 * must be among its dependencies.
 */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { basename, extname } from "node:path";
import { build } from "esbuild";

/** @type {{ name: string, exports: Record<string, { source: string, default?: string }>, bin?: Record<string, string>, dependencies?: Record<string, string> }} */
const {
  name,
  exports,
  bin = {},
  dependencies = {},
} = JSON.parse(readFileSync("package.json", "utf8"));
const sources = [
  ...Object.values(exports).flatMap(({ source, default: built }) => (built ? [source] : [])),
  ...Object.values(bin).map((file) => file.replace(/dist\/(.*)\.js$/, "src/$1.ts")),
];

rmSync("dist", { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [...new Set(sources)],
  outdir: "dist",
  outbase: "src",
  // Chunks stand at the top of dist/, as the module that finds the package's files does in src/.
  splitting: true,
  chunkNames: "chunk-[hash]",
  bundle: true,
  conditions: ["source"],
  external: Object.keys(dependencies).flatMap((dependency) => [dependency, `${dependency}/*`]),
  platform: "node",
  format: "esm",
  target: "node20",
  metafile: true,
  logLevel: "error",
});
const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/"));
if (foreign.length > 0) {
  console.error(
    `${name} would contain packages of others: add them to the dependencies in its package.json.\n${foreign.join("\n")}`,
  );
  process.exit(1);
}
const joined = Object.keys(metafile.inputs).flatMap((path) => {
  const folder = /^((?:.*\/)?src)\//.exec(path)?.[1];
  return folder === undefined ? [] : [folder];
});
for (const folder of new Set(joined))
  cpSync(folder, "dist", {
    recursive: true,
    errorOnExist: true,
    force: false,
    filter: (path) => basename(path) !== "__pycache__" && extname(path) !== ".ts",
  });
