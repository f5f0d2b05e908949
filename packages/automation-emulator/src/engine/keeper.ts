/** Keeps executions in a folder, one file each, so that those of earlier starts can be read. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineTime } from "./clock.ts";
import { type Execution, isFinal } from "./executions.ts";
import { keptBody, keptText, NotKept, readKept } from "./kept.ts";

export interface Keeper {
  /** The executions of earlier starts, the oldest first. */
  readonly earlier: readonly Execution[];
  /** An execution is new, or has changed after its end; of one that runs the keeper sees to it by itself. */
  changed(execution: Execution): void;
  forget(id: string): void;
  /** Writes what has changed, and no more. */
  close(): void;
}

/** Keeps nothing. */
export const noKeeper: Keeper = {
  earlier: [],
  changed: () => undefined,
  forget: () => undefined,
  close: () => undefined,
};

/** So often what has changed is written, in ms: so much is lost when the machine goes down. */
const pace = 1000;
const suffix = ".json";

/**
 * Opens a folder, which is made with the first execution.
 *
 * @throws Error for a file that can't be read as a kept execution; nothing has been changed then
 */
export function openKeeper(folder: string, time: Pick<EngineTime, "now">): Keeper {
  const earlier = readFolder(folder);
  const pending = new Map<string, Pending>();
  let told = false;
  const write = (entry: Pending): void => {
    const { execution } = entry;
    const body = keptBody(execution);
    if (body !== entry.last) {
      replace(folder, `${execution.id}${suffix}`, keptText(body, time.now()));
      entry.last = body;
    }
    if (isFinal(execution.state)) pending.delete(execution.id);
  };
  const flush = (): void => {
    try {
      for (const entry of pending.values()) write(entry);
    } catch (error) {
      // Executions go on; what can't be kept is told once.
      if (!told) console.error(`The executions can't be kept in ${folder}: ${wordsOf(error)}`);
      told = true;
    }
  };
  const timer = setInterval(flush, pace);
  timer.unref();
  return {
    earlier,
    changed: (execution) => {
      if (!pending.has(execution.id)) pending.set(execution.id, { execution });
    },
    forget: (id) => {
      pending.delete(id);
      rmSync(join(folder, `${id}${suffix}`), { force: true });
    },
    close: () => {
      clearInterval(timer);
      flush();
    },
  };
}

/** An execution that may have changed since it was written. */
interface Pending {
  readonly execution: Execution;
  /** What was written of it. */
  last?: string;
}

function readFolder(folder: string): Execution[] {
  const texts = new Map<string, string>();
  const share = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const found = namesIn(folder)
    .map((name) => readFile(join(folder, name), share))
    .sort((one, other) => one.started - other.started);
  const byId = new Map(found.map((execution) => [execution.id, execution]));
  for (const execution of found) {
    if (execution.parent !== undefined) byId.get(execution.parent)?.children.push(execution);
  }
  return found;
}

function readFile(file: string, share: (text: string) => string): Execution {
  try {
    return readKept(readFileSync(file, "utf8"), share);
  } catch (error) {
    const why = error instanceof NotKept ? error.message : `can't be read (${wordsOf(error)})`;
    throw new Error(`${file} ${why}. Move it away, or give another folder.`, { cause: error });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(suffix));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new Error(`The kept executions can't be read: ${wordsOf(error)}`, { cause: error });
  }
}

/** Writes a file whole or not at all, for this user alone: what scripts put out may be secret. */
function replace(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `${name}.part`);
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, join(folder, name));
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);
