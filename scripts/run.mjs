/**
 * Runs a TypeScript entry point: `node scripts/run.mjs scripts/start.ts [ARGUMENTS…]`.
 *
 * esbuild joins the project's own modules into one file below dist/run (packages stay outside), and
 * that file is imported. Its name carries a hash of its text, so that two commands started at once
 * never read each other's half-written file.
 */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
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
const bundle = await build({
  absWorkingDir: root,
  entryPoints: [entry],
  bundle: true,
  packages: "external",
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
mkdirSync(dirname(file), { recursive: true });
writeFileSync(`${file}.${process.pid}`, text);
renameSync(`${file}.${process.pid}`, file);
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);
