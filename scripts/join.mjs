/**
 * Joins an entry point with what it imports, for run.mjs: the project's own modules into one file, and what that takes
 * of other packages into a folder of files beside it, which stays while the same is taken of the same packages. The AWS
 * SDK alone has two thousand files, of which a command needs few: joined, it starts in a third of the time.
 *
 * Each of the project's modules keeps its own import.meta.url, as it is beside itself that a module looks for its
 * Python files. Names carry a hash of the text, so that two commands started at once never read each other's
 * half-written file.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { digest } from "./digest.mjs";

const target = /** @type {const} */ ({
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  metafile: true,
  write: false,
  logLevel: "error",
});

/** Packages that find files of their own beside themselves, or are loaded by one command in a hundred. */
const apart =
  /^(?:aws-cdk-lib|constructs|@aws-cdk\/.*|esbuild|vitest|tinybench|fast-check|@hpcc-js\/.*|@cloud-copilot\/.*)(?:\/|$)/;

/**
 * Writes the joined files into a folder.
 *
 * @param {string} root the project's folder
 * @param {string} entry the entry point's path, from there or absolute
 * @param {string} folder
 * @returns {Promise<{ file: string, packages: string, inputs: readonly string[] }>} the file to import and the folder of
 *   packages beside it; the paths of what the file was made of, from `root`
 */
export async function joined(root, entry, folder) {
  mkdirSync(folder, { recursive: true });
  const { text, inputs } = await ownModules(root, entry);
  const imports = [...text.matchAll(importStatement)].filter(
    ([, , name]) => !isBuiltin(name) && !apart.test(name) && !/^[./]/.test(name),
  );
  const wanted = namesOf(imports);
  const kept = await joinedPackages(root, wanted, folder);
  const names = [...wanted.keys()];
  const whole = text.replaceAll(importStatement, (statement, what, name) =>
    wanted.has(name) ? `import ${what} from "./${kept}/${names.indexOf(name)}.js";` : statement,
  );
  const path = join(folder, `${basename(entry, ".ts")}-${digest(whole)}.mjs`);
  write(path, whole);
  return { file: basename(path), packages: kept, inputs };
}

/** What is imported, and of which module, as esbuild prints it. */
const importStatement =
  /^import ((?:[\w$]+|\* as [\w$]+|\{[^}]*\})(?:, \{[^}]*\})?) from "([^"]+)";$/gm;

/** The names that are taken of each package, `*` for all, sorted. */
function namesOf(imports) {
  /** @type {Map<string, Set<string>>} */
  const names = new Map();
  for (const [, what, name] of imports) {
    const taken = names.get(name) ?? new Set();
    names.set(name, taken);
    for (const part of what
      .replace(/[{}]/g, ",")
      .split(",")
      .map((each) => each.trim())) {
      if (part.startsWith("*")) taken.add("*");
      else if (part !== "") taken.add(what.startsWith(part) ? "default" : part.split(" ")[0]);
    }
  }
  return new Map([...names].sort().map(([name, taken]) => [name, [...taken].sort()]));
}

/** Joins the project's own modules; packages of others stay outside. */
async function ownModules(root, entry) {
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
  const { outputFiles, metafile } = await build({
    ...target,
    absWorkingDir: root,
    entryPoints: [entry],
    // The sources of the workspace packages rather than what `npm pack` builds of them.
    conditions: ["source"],
    plugins: [othersOutside, ownAddress],
    sourcemap: "inline",
  });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

/** Joins what is taken of packages, unless it is there; the name of its folder, which has `0.js` for the first, … */
async function joinedPackages(root, wanted, folder) {
  const entries = [...wanted].map(([name, taken]) =>
    taken.includes("*")
      ? `import * as all from "${name}";\nexport * from "${name}";\nexport default all.default;`
      : `export { ${taken.join(", ")} } from "${name}";`,
  );
  const versions = readFileSync(join(root, "package-lock.json"));
  const itself = readFileSync(fileURLToPath(import.meta.url));
  const name = `packages-${digest([digest(versions), digest(itself), ...entries].join("\n"))}`;
  const path = join(folder, name);
  if (existsSync(path)) return name;
  /** @type {import("esbuild").Plugin} */
  const asWanted = {
    name: "what is taken of each package",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^taken:/ }, ({ path: asked }) => ({
        path: asked.slice("taken:".length),
        namespace: "taken",
      }));
      onLoad({ filter: /.*/, namespace: "taken" }, ({ path: index }) => ({
        contents: entries[Number(index)],
        resolveDir: root,
      }));
      onResolve({ filter: apart }, ({ path: asked }) => ({ path: asked, external: true }));
    },
  };
  const { outputFiles } = await build({
    ...target,
    absWorkingDir: root,
    entryPoints: entries.map((_, index) => ({ in: `taken:${index}`, out: String(index) })),
    outdir: path,
    splitting: true,
    // Packages for both kinds of module have their parts apart in the newer one: what is not used is left out.
    mainFields: ["module", "main"],
    plugins: [asWanted],
    banner: {
      js: 'import { createRequire as createRequireOfPackages } from "node:module";\nconst require = createRequireOfPackages(import.meta.url);',
    },
  });
  const half = `${path}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  for (const { path: file, contents } of outputFiles)
    writeFileSync(join(half, basename(file)), contents);
  try {
    renameSync(half, path);
  } catch (error) {
    // Another command has made it meanwhile.
    if (!existsSync(path)) throw error;
    rmSync(half, { recursive: true });
  }
  return name;
}

/** Writes a file whole: who reads it finds all of it, or what was there before. */
export function write(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}
