/**
 * Runs a TypeScript entry point: `node scripts/run.mjs scripts/start.ts [ARGUMENTS…]`.
 *
 * esbuild joins the project's own modules, its workspace packages' among them, into one file below dist/run
 * (packages of others stay outside), and that file is imported. Each module keeps its own import.meta.url, as it is
 * beside itself that a module looks for its Python files. Its name carries a hash of its text, so that two commands
 * started at once never read each other's half-written file. While none of the modules has changed, which their digests
 * say, the file of the last time is imported, and esbuild is not even loaded.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
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
const folder = join(root, "dist", "run");
const digest = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/** What the last bundle of this entry point was made of. */
const record = join(folder, `${basename(entry, ".ts")}-${digest(resolve(root, entry))}.json`);

const file = known() ?? (await bundled());
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);

/** The bundle of the last time, where nothing that it was made of has changed since. */
function known() {
  try {
    const { file, inputs, state } = JSON.parse(readFileSync(record, "utf8"));
    const path = join(folder, basename(file));
    const installed = existsSync(join(root, "node_modules"));
    return installed && existsSync(path) && stateOf(inputs) === state ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A digest of the modules, and of what else says how they are joined. */
function stateOf(inputs) {
  const packages = readdirSync(join(root, "packages")).map(
    (name) => `packages/${name}/package.json`,
  );
  const all = ["scripts/run.mjs", "package-lock.json", "tsconfig.json", ...packages, ...inputs];
  const digests = all.map((path) => `${path} ${digest(readFileSync(resolve(root, path)))}`);
  return digest(digests.join("\n"));
}

/** Joins the modules into a file; its path. */
async function bundled() {
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
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const text = bundle.outputFiles[0].text;
  const path = join(folder, `${basename(entry, ".ts")}-${digest(text)}.mjs`);
  const inputs = Object.keys(bundle.metafile.inputs);
  try {
    mkdirSync(folder, { recursive: true });
    write(path, text);
    write(record, JSON.stringify({ file: basename(path), inputs, state: stateOf(inputs) }));
  } catch (error) {
    console.error(
      `The commands of this project are kept in ${folder}, which can't be written: ${error.message}\n  What to do: see that the folder dist/ belongs to you and that the disk has space.`,
    );
    process.exit(1);
  }
  return path;
}

/** Writes a file whole: who reads it finds all of it, or what was there before. */
function write(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}
