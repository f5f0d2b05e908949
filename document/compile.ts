import { DOCUMENT_BUDGET, emit } from "../build/emit.ts";
import { inlineHandlers } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";
import { runbook } from "./runbook.ts";

export interface Compiled {
  /** The document as it is published. */
  readonly yaml: string;
  /** The IAM actions that each step declares, by the step's name. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** How much its scripts were shortened to stay within the budget: build/inline/shorten.py. */
  readonly level: number;
}

/** Levels of shortening, from the scripts as they were written to those that are hardest to read. */
const allLevels = [0, 1, 2, 3, 4, 5] as const;

/**
 * Compiles the runbook: inlines the handlers and emits YAML, the same bytes each time. The scripts are
 * shortened only as far as the document's budget demands it.
 *
 * @param python the interpreter that parses the handlers, 3.11 or later
 * @param level the level of shortening, where another than that is wanted
 * @throws Error with one sentence that names the file for a handler that can't be inlined
 */
export function compile(python: string, level?: number): Compiled {
  const levels = level === undefined ? allLevels : [level];
  const handlers = new Map<string, string>();
  for (const { step } of runbook.flow)
    if (step.action === "aws:executeScript")
      handlers.set(step.name, inProject("steps", step.handlerOf ?? step.name, "handler.py"));
  const paths = [...new Set(handlers.values())];
  const texts = inlineHandlers(python, paths, inProject("steps", "shared"), levels);
  const documents = levels.map((each, at): Compiled => {
    const byPath = new Map(paths.map((path, index) => [path, texts[at]?.[index] ?? ""]));
    const scripts = new Map([...handlers].map(([name, path]) => [name, byPath.get(path) ?? ""]));
    return { yaml: emit(runbook, scripts), permissions, level: each };
  });
  const fits = documents.find(({ yaml }) => Buffer.byteLength(yaml) <= DOCUMENT_BUDGET);
  const shortest = fits ?? documents.at(-1);
  if (shortest === undefined) throw new Error("there is no level of shortening");
  return shortest;
}

const permissions = Object.fromEntries(
  runbook.flow.map(({ step }) => [step.name, Object.keys(step.permissions).sort()]),
);
