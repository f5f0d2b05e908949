/** Results that are kept below dist/, by the digest of all that they depend on. */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Of so many results the newest are kept. */
const KEPT = 8;

/** A digest of texts in their order, each told from the next. */
export function digestOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:${text}`);
  return hash.digest("hex");
}

/** What a kept result must begin with, so that one that was cut off or changed is not taken. */
const seal = (text: string): string => digestOf([text]);

/**
 * The text that is kept under a digest, or that is made now and kept. A folder that can't be read or written, and a
 * file that is not whole, cost time and nothing else.
 *
 * @param prefix names of this cache's files; of those, the newest few are kept
 */
export function kept(folder: string, prefix: string, digest: string, make: () => string): string {
  return readKept(folder, prefix, digest) ?? keep(folder, prefix, digest, make());
}

/** The same of what takes its time to be made. */
export async function keptLater(
  folder: string,
  prefix: string,
  digest: string,
  make: () => Promise<string>,
): Promise<string> {
  return readKept(folder, prefix, digest) ?? keep(folder, prefix, digest, await make());
}

const fileOf = (folder: string, prefix: string, digest: string): string =>
  join(folder, `${prefix}-${digest}`);

function readKept(folder: string, prefix: string, digest: string): string | undefined {
  try {
    const file = fileOf(folder, prefix, digest);
    const [given, ...rest] = readFileSync(file, "utf8").split("\n");
    const text = rest.join("\n");
    return given === seal(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function keep(folder: string, prefix: string, digest: string, text: string): string {
  const file = fileOf(folder, prefix, digest);
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(part, `${seal(text)}\n${text}`);
    // Whole or not at all, also where two commands run at once.
    renameSync(part, file);
    const files = readdirSync(folder)
      .filter((name) => name.startsWith(`${prefix}-`))
      .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }));
    for (const { path } of files.sort((a, b) => b.time - a.time).slice(KEPT))
      rmSync(path, { force: true });
  } catch {
    // Then it is made the next time too.
  }
  return text;
}
