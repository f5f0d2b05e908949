/** What the long form has found so far, in a file to which each trial adds a line, so that it can be resumed. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inProject } from "../../../build/root.ts";
import type { Finding, Section } from "../lib/jobs.ts";

export interface Result extends Finding {
  readonly section: Section;
  readonly id: string;
  readonly seconds: number;
}

interface Head {
  /** The document's hash: results of another document do not count. */
  readonly document: string;
  readonly seed: number;
}

export interface Results {
  readonly seed: number;
  readonly all: ReadonlyMap<string, Result>;
  add(result: Result): void;
}

const folder = inProject("dist", "safety");
const file = inProject("dist", "safety", "results.jsonl");

/** Opens the file of results; begins a new one for another document, another seed or `fresh`. */
export function openResults(document: string, seed: number | undefined, fresh: boolean): Results {
  mkdirSync(folder, { recursive: true });
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const head = lines[0] === undefined ? undefined : (JSON.parse(lines[0]) as Head);
  const goOn = !fresh && head?.document === document && (seed === undefined || seed === head.seed);
  const used = goOn ? head.seed : (seed ?? Math.floor(Math.random() * 2 ** 31));
  const all = new Map<string, Result>();
  if (goOn) {
    for (const line of lines.slice(1)) {
      const result = JSON.parse(line) as Result;
      all.set(result.id, result);
    }
  } else {
    const first: Head = { document, seed: used };
    writeFileSync(file, `${JSON.stringify(first)}\n`);
  }
  return {
    seed: used,
    all,
    add: (result) => {
      all.set(result.id, result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
    },
  };
}
