import { DOCUMENT_BUDGET, emit } from "../build/emit.ts";
import { inlineHandlers } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";
import { runbook } from "./runbook.ts";

export interface Compiled {
  /** The document as it is published. */
  readonly yaml: string;
  /** The IAM actions that each step declares, by the step's name. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** How much each script was shortened to stay within the budget (build/inline/shorten.py), by the step's name. */
  readonly levels: Readonly<Record<string, number>>;
}

/** Levels of shortening, from the scripts as they were written to those that are hardest to read. */
const allLevels = [0, 1, 2, 3, 4, 5] as const;

/** Each script step's text by level. */
type Texts = ReadonlyMap<string, ReadonlyMap<number, string>>;

/**
 * Compiles the runbook: inlines the handlers and emits YAML, the same bytes each time. Each script is
 * shortened only as far as the document's budget demands it.
 *
 * @param python the interpreter that parses the handlers, 3.11 or later
 * @param level one level of shortening for all scripts, where another than that is wanted
 * @throws Error with one sentence that names the file for a handler that can't be inlined
 */
export function compile(python: string, level?: number): Compiled {
  const handlers = new Map<string, string>();
  for (const { step } of runbook.flow)
    if (step.action === "aws:executeScript")
      handlers.set(step.name, inProject("steps", step.handlerOf ?? step.name, "handler.py"));
  const paths = [...new Set(handlers.values())];
  const wanted = level === undefined ? allLevels : [level];
  const inlined = inlineHandlers(python, paths, inProject("steps", "shared"), wanted);
  const texts: Texts = new Map(
    [...handlers].map(([name, path]) => [
      name,
      new Map(wanted.map((each, at) => [each, inlined[at]?.[paths.indexOf(path)] ?? ""])),
    ]),
  );
  const levels = level === undefined ? mostReadable(texts) : allAt(texts, level);
  return { yaml: documentAt(texts, levels), permissions, levels };
}

const allAt = (texts: Texts, level: number): Record<string, number> =>
  Object.fromEntries([...texts.keys()].map((name) => [name, level]));

const textAt = (texts: Texts, name: string, level: number | undefined): string =>
  texts.get(name)?.get(level ?? 0) ?? "";

function documentAt(texts: Texts, levels: Readonly<Record<string, number>>): string {
  const scripts = [...texts.keys()].map(
    (name) => [name, textAt(texts, name, levels[name])] as const,
  );
  return emit(runbook, new Map(scripts));
}

/**
 * The lowest levels with which the document stays within its budget: from the highest down, and at each level
 * the scripts first for which it costs least, so that many short scripts are readable rather than a long one.
 */
function mostReadable(texts: Texts): Record<string, number> {
  const shortest = allLevels.length - 1;
  const levels = allAt(texts, shortest);
  let left = DOCUMENT_BUDGET - Buffer.byteLength(documentAt(texts, levels));
  for (let level = shortest - 1; level >= 0; level -= 1) {
    const cost = (name: string): number =>
      sizeOf(textAt(texts, name, level)) - sizeOf(textAt(texts, name, level + 1));
    const names = [...texts.keys()]
      .filter((name) => levels[name] === level + 1)
      .sort((a, b) => cost(a) - cost(b) || a.localeCompare(b));
    for (const name of names)
      if (cost(name) <= left) {
        left -= cost(name);
        levels[name] = level;
      }
  }
  return levels;
}

/** How many bytes a script takes in the document, where each of its lines is indented by four blanks. */
const sizeOf = (script: string): number =>
  Buffer.byteLength(script) + 4 * script.split("\n").filter((line) => line !== "").length;

const permissions = Object.fromEntries(
  runbook.flow.map(({ step }) => [step.name, Object.keys(step.permissions).sort()]),
);
