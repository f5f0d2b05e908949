import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { inProject } from "../root.ts";
import { digestOf, kept } from "./cache.ts";

/** A script, and its bytes by the file that they come from (`handler.py`, `shared/….py`, and `imports`). */
export interface Form {
  readonly text: string;
  readonly bytes: Readonly<Record<string, number>>;
}

/** A handler's script in three forms. */
export interface Script {
  /** With all annotations, comments and blank space. */
  readonly readable: Form;
  /** Without them; every name stays. */
  readonly short: Form;
  /** The same with short names inside its functions. */
  readonly shortest: Form;
}

/** Where the scripts of the last build are kept. */
const folder = inProject("dist", "cache");

/**
 * The inlined script of each handler, in the order of the paths (build/inline/inline.py says how).
 *
 * @param python the interpreter that parses them
 * @param handlers paths of handler.py files
 * @param shared the folder of shared modules
 * @throws Error with one sentence that names the file and what is wrong in it
 */
export function inlineHandlers(
  python: string,
  handlers: readonly string[],
  shared: string,
): readonly Script[] {
  const make = (): string => inlined(python, handlers, shared);
  const digest = inputsDigest(python, handlers, shared);
  const text = digest === undefined ? make() : kept(folder, "scripts", digest, make);
  const answer: unknown = JSON.parse(text);
  if (!Array.isArray(answer) || !answer.every(isScript))
    throw new Error("inline.py answered with something else than scripts");
  return answer.map(([readable, short, shortest]) => ({ readable, short, shortest }));
}

/** What inline.py answers; it says it in JSON. @throws Error with one sentence */
function inlined(python: string, handlers: readonly string[], shared: string): string {
  const run = spawnSync(python, ["-E", "-s", inProject("build", "inline", "inline.py")], {
    input: JSON.stringify({ handlers, shared }),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error) throw new Error(`Python could not be started (${python}): ${run.error.message}`);
  if (run.status !== 0) throw new Error(run.stderr.trim().split("\n").at(-1) ?? "inlining failed");
  return run.stdout;
}

/**
 * The digest of all that the scripts depend on: their sources, the tool's own, and the Python that parses them.
 * Undefined for a Python that is looked for on the PATH: nothing is known of it without starting it.
 */
function inputsDigest(
  python: string,
  handlers: readonly string[],
  shared: string,
): string | undefined {
  const interpreter = identityOf(python);
  if (interpreter === undefined) return undefined;
  const sources = [
    ...handlers,
    ...pythonFiles(shared),
    ...pythonFiles(inProject("build", "inline")),
  ];
  return digestOf([...interpreter, ...sources.flatMap((file) => [file, textOf(file)])]);
}

/** The Python files below a folder, in a fixed order. */
export const pythonFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .sort()
    .map((name) => join(folder, name));

/** The file's text; a file that is not there has none, and inline.py says so in words. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** What tells one interpreter from another, or from itself after an upgrade, without starting it. */
export function identityOf(python: string): readonly string[] | undefined {
  try {
    const file = realpathSync(python);
    const { size, mtimeMs } = statSync(file);
    return [file, String(size), String(mtimeMs)];
  } catch {
    return undefined;
  }
}

const isScript = (value: unknown): value is readonly [Form, Form, Form] =>
  Array.isArray(value) &&
  value.length === 3 &&
  value.every((form) => typeof form?.text === "string" && typeof form.bytes === "object");
