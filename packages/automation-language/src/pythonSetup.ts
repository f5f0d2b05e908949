import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { packageFile } from "./files.ts";
import { findPython } from "./python.ts";

/** What this package's own Python needs. */
export const languageRequirements = packageFile("requirements-language.in");

/** What a program needs of Python. */
export interface PythonNeeds {
  /** pip requirements files of exact pins (`name[extras]==version`), which may include others with `-r`. */
  readonly requirements: readonly string[];
  /**
   * What is installed for them: a pip requirements file of these pins and of all that they need, each with the hashes
   * of its files (`npm run lock`), and pip refuses any other file. Without it pip chooses what the pins need.
   */
  readonly lock?: string;
  /** Modules that must be there besides, such as those of a package's extras. */
  readonly modules?: readonly string[];
  /** Where to make an environment if no Python at hand will do; by default a folder of the user's cache. */
  readonly folder?: string;
  /** Hears one line for each thing that takes a while. */
  readonly say: (line: string) => void;
}

/** A set-up that failed: the message is one or two sentences, `details` what the tool printed. */
export class PythonSetupError extends Error {
  override readonly name = "PythonSetupError";
  constructor(
    message: string,
    readonly details: string = "",
  ) {
    super(message);
  }
}

const oldest = { major: 3, minor: 11 } as const;

/**
 * Sees to a Python that has the pinned packages: the nearest `.venv` or `python3` where one satisfies the pins, else
 * an environment of its own. That one is made in a temporary folder and then renamed, so that an interrupted set-up
 * leaves nothing that a later one would take for whole.
 *
 * @returns the path of the Python
 * @throws PythonSetupError when there is no Python of 3.11 or later, or the packages can't be had
 */
export async function setUpPython(needs: PythonNeeds): Promise<string> {
  const pins = needs.requirements.flatMap(readPins);
  const nearest = findPython();
  const near = { folder: dirname(dirname(nearest)), own: needs.folder };
  if (wasGood(near, pins, needs.modules)) return nearest;
  const version = await newEnough();
  const folder = needs.folder ?? cacheFolder(pins, version);
  const own = pythonIn(folder);
  // The name of a cache folder holds a digest of what is in it; a folder of the caller's may be outdated.
  if (needs.folder === undefined && existsSync(own)) return own;
  for (const python of new Set([nearest, "python3"]))
    if ((await lacking(python, pins, needs.modules)) === "") {
      if (python === nearest) rememberGood(near, pins, needs.modules);
      return python;
    }
  await make(folder, needs, pins);
  return own;
}

/** An environment, and the one that is the caller's to write into. */
interface Near {
  readonly folder: string;
  readonly own: string | undefined;
}

/** What the environment had when it was found to have everything: in itself where it is the caller's own. */
const remembered = ({ folder, own }: Near): string =>
  folder === own ? join(folder, ".satisfied") : join(caches(), `satisfied-${digest(folder)}`);

/**
 * Whether an environment is as it was when Python was asked last, which takes a second: the same interpreter, the
 * same packages (pip names their versions in the folder), the same needs.
 */
function wasGood(near: Near, pins: readonly string[], modules?: readonly string[]): boolean {
  // A python3 of the PATH is in no environment that is known.
  const now = isAbsolute(near.folder) ? contentsDigest(near.folder, pins, modules) : undefined;
  try {
    return readFileSync(remembered(near), "utf8")
      .split("\n")
      .includes(now ?? "-");
  } catch {
    return false;
  }
}

/** Remembers it for the needs of today; those of a shorter list of packages stay beside it. */
function rememberGood(near: Near, pins: readonly string[], modules?: readonly string[]): void {
  const now = contentsDigest(near.folder, pins, modules);
  if (now === undefined) return;
  const file = remembered(near);
  try {
    const known = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, [...known.slice(-3), now].join("\n"));
  } catch {
    // Then Python is asked the next time too.
  }
}

/** Undefined for what is no environment of its own: nothing is known of the packages elsewhere. */
function contentsDigest(
  folder: string,
  pins: readonly string[],
  modules: readonly string[] = [],
): string | undefined {
  try {
    const settings = readFileSync(join(folder, "pyvenv.cfg"), "utf8");
    if (/^include-system-site-packages\s*=\s*true/im.test(settings)) return undefined;
    const { size, mtimeMs } = statSync(pythonIn(folder));
    const packages = readdirSync(join(folder, "lib")).flatMap((version) =>
      readdirSync(join(folder, "lib", version, "site-packages"))
        .filter((name) => name !== "__pycache__")
        .map((name) => `${version}/${name}`),
    );
    const all = [settings, size, mtimeMs, probe, ...pins, "", ...modules, "", ...packages.sort()];
    return createHash("sha256").update(all.join("\n")).digest("hex");
  } catch {
    return undefined;
  }
}

const pythonIn = (folder: string): string => join(folder, "bin", "python");

/** The pins of a requirements file and of those that it includes, such as `boto3==1.43.11`. */
export function readPins(file: string): readonly string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) =>
      line.startsWith("-r ") ? readPins(join(dirname(file), line.slice(3).trim())) : [line],
    );
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
const cacheFolder = (pins: readonly string[], version: string): string =>
  join(caches(), `python-${digest([...pins, version].sort().join("\n"))}`);

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Where this user's programs keep what can be made again. */
function caches(): string {
  const home = process.env.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(home) ? home : join(homedir(), ".cache"), "automation-tools");
}

let environmentsMade = 0;

/** Makes the environment beside its folder and moves it there. */
async function make(folder: string, needs: PythonNeeds, pins: readonly string[]): Promise<void> {
  const temporary = `${folder}.${process.pid}-${environmentsMade++}.tmp`;
  needs.say(`Setting up Python packages in ${folder} (once; ${pins.length} pinned packages)`);
  try {
    await mkdir(dirname(folder), { recursive: true });
    await removeLeftovers(folder);
    await makeEnvironment(temporary);
    await install(pythonIn(temporary), needs);
    const still = await lacking(pythonIn(temporary), pins, needs.modules);
    if (still !== "")
      throw new PythonSetupError(`Even after installing the packages, Python lacks ${still}.`);
    await nameInScripts(temporary, folder);
    await moveTo(temporary, folder, async () => {
      return (await lacking(pythonIn(folder), pins, needs.modules)) === "";
    });
  } catch (error) {
    if (error instanceof PythonSetupError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PythonSetupError(`The Python packages can't be set up in ${folder}: ${reason}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes what set-ups left that were killed: temporary folders whose process is gone. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.`;
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-\d+\.tmp(\.old)?$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function makeEnvironment(folder: string): Promise<void> {
  const { status, output } = await run("python3", ["-m", "venv", folder]);
  if (status !== 0)
    throw new PythonSetupError(
      "python3 -m venv failed. Install Python's venv module (Debian: apt-get install python3-venv) and run the command again.",
      output,
    );
}

/** @see https://pip.pypa.io/en/stable/topics/secure-installs/ */
async function install(python: string, { requirements, lock }: PythonNeeds): Promise<void> {
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
  const files =
    lock === undefined
      ? requirements.flatMap((file) => ["-r", file])
      : ["--require-hashes", "-r", lock];
  const { status, output } = await run(python, ["-m", "pip", "install", ...quiet, ...files]);
  if (status === 0) return;
  const last =
    output
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^ERROR: /, "") ?? "";
  throw new PythonSetupError(`The Python packages could not be installed: ${last}`, output);
}

/** The programs of an environment name their Python by its absolute path: the one that it will have. */
async function nameInScripts(temporary: string, folder: string): Promise<void> {
  const bin = join(temporary, "bin");
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(bin, entry.name);
    const text = await readFile(file, "latin1");
    if (text.includes(temporary))
      await writeFile(file, text.replaceAll(temporary, folder), "latin1");
  }
}

/** Puts the environment in its place; one that another process has made there meanwhile stays if it will do. */
async function moveTo(
  temporary: string,
  folder: string,
  isGood: () => Promise<boolean>,
): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    if (await isGood()) return;
    const old = `${temporary}.old`;
    await rename(folder, old);
    await rename(temporary, folder);
    await rm(old, { recursive: true, force: true });
  }
}

/** Prints which pins are not satisfied, else which modules are missing, separated by commas. */
const probe = `
import importlib, importlib.metadata, json, re, sys
pins, modules = json.loads(sys.argv[1])
wrong = []
for pin in pins:
    name, version = re.match(r"([A-Za-z0-9._-]+)(?:\\[.*\\])?==(\\S+)$", pin).groups()
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != version:
        wrong.append(f"{name} {version} (found {found})")
for module in modules if not wrong else []:
    try:
        importlib.import_module(module)
    except ImportError as error:
        wrong.append(f"{module} ({error})")
print(", ".join(wrong))
`;

/**
 * What a Python lacks of the pins and modules; empty if nothing. Asked as scripts are run: isolated (-I), without the
 * user's own packages and PYTHON variables.
 */
async function lacking(
  python: string,
  pins: readonly string[],
  modules: readonly string[] = [],
): Promise<string> {
  const { status, output } = await run(python, [
    "-I",
    "-c",
    probe,
    JSON.stringify([pins, modules]),
  ]);
  return status === 0 ? output.trim() : "a Python that runs";
}

/** The version of python3, such as 3.11. */
async function newEnough(): Promise<string> {
  const wanted = `Python ${oldest.major}.${oldest.minor} or later is needed`;
  const ask = "import sys; print('.'.join(map(str, sys.version_info[:2])))";
  const { status, output } = await run("python3", ["-c", ask]);
  if (status !== 0)
    throw new PythonSetupError(
      `${wanted}, and there is no python3. Install it and run the command again.`,
    );
  const [major = 0, minor = 0] = output.trim().split(".").map(Number);
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor))
    throw new PythonSetupError(
      `${wanted}; python3 is ${output.trim()}. Install a newer one and run the command again.`,
    );
  return `${major}.${minor}`;
}

/** Runs a program to its end; the output is that of both streams where it fails, else what it wrote to the first. */
function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, output: stdout });
      else resolve({ status: 1, output: `${stdout}${stderr}` || error.message });
    });
  });
}
