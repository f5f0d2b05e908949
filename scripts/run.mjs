/**
 * Runs a TypeScript entry point: `node scripts/run.mjs scripts/start.ts [ARGUMENTS…]`.
 *
 * join.mjs joins its modules, and what they take of packages, into files below dist/run, which are imported. While none
 * of the modules has changed, which their digests say, nor what is installed, the files of the last time are, and
 * esbuild is not even loaded.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { digest } from "./digest.mjs";

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
/** What the last bundle of this entry point was made of. */
const record = join(folder, `${basename(entry, ".ts")}-${digest(resolve(root, entry))}.json`);

const file = known() ?? (await bundled());
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);

/** The bundle of the last time, where nothing that it was made of has changed since. */
function known() {
  try {
    const { file, packages, inputs, state } = JSON.parse(readFileSync(record, "utf8"));
    const path = join(folder, basename(file));
    const needed = [path, join(folder, packages), join(root, "node_modules")];
    return needed.every((each) => existsSync(each)) && stateOf(inputs) === state ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A digest of the modules, and of what else says how they are joined. */
function stateOf(inputs) {
  const packages = readdirSync(join(root, "packages")).map(
    (name) => `packages/${name}/package.json`,
  );
  const all = [
    "scripts/run.mjs",
    "scripts/join.mjs",
    "package-lock.json",
    "tsconfig.json",
    ...packages,
    ...inputs,
  ];
  const digests = all.map((path) => `${path} ${digest(readFileSync(resolve(root, path)))}`);
  return digest(digests.join("\n"));
}

/** Joins the modules; the path of the file. */
async function bundled() {
  const { joined, write } = await import("./join.mjs").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error("The packages are not installed. Run `npm ci` first.");
    process.exit(1);
  });
  try {
    const { file, packages, inputs } = await joined(root, entry, folder);
    write(record, JSON.stringify({ file, packages, inputs, state: stateOf(inputs) }));
    return join(folder, file);
  } catch (error) {
    if (!["EACCES", "EROFS", "ENOSPC", "EEXIST", "ENOTDIR", "EPERM"].includes(error.code))
      throw error;
    console.error(
      `The commands of this project are kept in ${folder}, which can't be written: ${error.message}\n  What to do: see that the folder dist/ belongs to you and that the disk has space.`,
    );
    process.exit(1);
  }
}
