/** The documents that a person means: standard input, files, folders and globs. */
import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";

/** The largest template that CloudFormation takes, in bytes. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const FILE_LIMIT = 1_048_576;

export interface Input {
  /** Absolute; `-` for standard input. */
  readonly path: string;
  /** As findings call it: relative to where the person stands. */
  readonly name: string;
  /** Named by itself, and not found in a folder: it is checked whatever it is. */
  readonly named: boolean;
}

/** Why a file can't be read, as a sentence. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const DOCUMENTS = "**/*.{yaml,yml,json,template}";

/**
 * The files that arguments stand for, in their order, each once.
 *
 * @returns also what could not be found, as sentences
 */
export async function findInputs(
  args: readonly string[],
  cwd: string,
): Promise<{ inputs: Input[]; problems: string[] }> {
  const problems: string[] = [];
  const found = new Map<string, Input>();
  const add = (path: string, named: boolean) => {
    const name = path === "-" ? "stdin" : nameOf(path, cwd);
    // A file that is named is checked whatever it is, though a folder had it before.
    found.set(path, { path, name, named: named || found.get(path)?.named === true });
  };
  for (const arg of args) {
    const path = resolve(cwd, arg);
    if (arg === "-") add("-", true);
    else if (existsSync(path) && statSync(path).isDirectory())
      for (const one of await inFolder(DOCUMENTS, path)) add(one, false);
    else if (existsSync(path)) add(path, true);
    else if (isDynamicPattern(arg)) {
      const matched = await inFolder(arg, cwd);
      if (matched.length === 0) problems.push(`${arg} matches no file.`);
      for (const one of matched) add(one, false);
    } else problems.push(`${arg} can't be read: there is no such file.`);
  }
  return { inputs: [...found.values()], problems };
}

/** Relative below where the person stands, absolute elsewhere. */
function nameOf(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return name === "" || name.startsWith("..") ? path : name;
}

async function inFolder(pattern: string, cwd: string): Promise<string[]> {
  const ignore = ["**/node_modules/**", "**/.git/**"];
  const files = await glob(pattern, { cwd, absolute: true, ignore });
  return files.map((file) => resolve(file)).sort();
}

/**
 * The text of an input; undefined for a file of a folder that holds no Automation document.
 *
 * @throws InputError for what can't be read, and for what is too long to be worth parsing
 */
export function readInput({ path, name, named }: Input): string | undefined {
  const bytes = readBytes(path, name, named);
  if (bytes === undefined) return undefined;
  if (bytes.length > FILE_LIMIT) throw new InputError(tooLarge(name, bytes.length));
  if (!isUtf8(bytes)) {
    if (!named) return undefined;
    throw new InputError(`${name} can't be read: it is not text in UTF-8.`);
  }
  const text = bytes.toString("utf8");
  return named || looksLikeDocument(text) ? text : undefined;
}

const tooLarge = (name: string, size: number): string =>
  `${name} was not read: it has ${size} bytes, and ${FILE_LIMIT} is the most that a CloudFormation template may have.`;

function readBytes(path: string, name: string, named: boolean): Buffer | undefined {
  try {
    if (path === "-") return readFileSync(0);
    const { size } = statSync(path);
    if (size <= FILE_LIMIT) return readFileSync(path);
    if (!named) return undefined;
  } catch (error) {
    throw new InputError(`${name} can't be read: ${reasonOf(error)}.`);
  }
  throw new InputError(tooLarge(name, statSync(path).size));
}

const looksLikeDocument = (text: string): boolean =>
  text.includes("AWS::SSM::Document") ||
  (text.includes("mainSteps") && /schemaVersion["']?\s*:\s*["']?0\.3/.test(text));

/** What a person understands of why a file can't be read. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "reading it is not permitted";
  return error instanceof Error ? error.message : String(error);
}
