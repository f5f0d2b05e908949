/**
 * Runs a TypeScript entry point: `node scripts/run.mjs scripts/start.ts [ARGUMENTS…]`.
 *
 * esbuild joins the project's own modules, its workspace packages' among them, into one file below dist/run
 * (packages of others stay outside), and that file is imported. Each module keeps its own import.meta.url, as it is
 * beside itself that a module looks for its Python files. Its name carries a hash of its text, so that two commands started at once
 * never read each other's half-written file.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(
    `This project needs Node.js 20 or later; this is ${process.version}. Install a newer one and run the command again.`,
  );
  process.exit(1);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = process.argv[2];
const { build } = await import("esbuild").catch(() => {
  console.error("The packages are not installed. Run `npm ci` first.");
  process.exit(1);
});
/** @type {import("esbuild").Plugin} */
const othersOutside = {
  name: "packages of others stay outside",
  setup({ onResolve }) {
    const own = /^automation-(language|validator|emulator)(\/|$)/;
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || own.test(path) ? undefined : { path, external: true },
    );
  },
};
/** @type {import("esbuild").Plugin} */
const ownAddress = {
  name: "each module keeps its own address",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(
        "import.meta.url",
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: "ts",
    }));
  },
};
const bundle = await build({
  absWorkingDir: root,
  entryPoints: [entry],
  bundle: true,
  // The sources of the workspace packages rather than what `npm pack` builds of them.
  conditions: ["source"],
  plugins: [othersOutside, ownAddress],
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  write: false,
  logLevel: "error",
});
const text = bundle.outputFiles[0].text;
const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
const file = join(root, "dist", "run", `${basename(entry, ".ts")}-${digest}.mjs`);
try {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
} catch (error) {
  console.error(
    `The commands of this project are kept in ${dirname(file)}, which can't be written: ${error.message}\n  What to do: see that the folder dist/ belongs to you and that the disk has space.`,
  );
  process.exit(1);
}
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);
