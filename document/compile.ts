import { DOCUMENT_BUDGET, emit } from "../build/emit.ts";
import { type Form, inlineHandlers, type Script } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";
import type { RunbookDocument } from "../build/types.ts";
import { permissionsOf } from "./permissions.ts";
import { runbook as contain } from "./runbook.ts";
import { signed, UNSIGNED } from "./source.ts";

export interface Compiled {
  /** The document's name in Systems Manager. */
  readonly name: string;
  /** The document as it is published. */
  readonly yaml: string;
  /** The same with annotations, comments and blank space: for reading, too long for Systems Manager. */
  readonly readable: string;
  /** Each script with annotations, comments and blank space, by its step's name. */
  readonly readableScripts: ReadonlyMap<string, string>;
  /** The IAM actions that each step declares, by the step's name. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** Each script as it is published, by its step's name. */
  readonly scripts: ReadonlyMap<string, string>;
  /** The steps in whose scripts local names had to be shortened. */
  readonly renamed: readonly string[];
  /** The bytes of each script by the file that they come from, by its step's name. */
  readonly bytes: ReadonlyMap<string, Form["bytes"]>;
}

/**
 * Compiles a runbook, by default the one that contains: inlines the handlers, shortens them and emits YAML, the same
 * bytes each time. While the document is over its budget, the local names of the longest script that has them still are
 * shortened.
 *
 * @param python the interpreter that parses the handlers, 3.11 or later
 * @throws Error with one sentence that names the file for a handler that can't be inlined
 */
export function compile(python: string, runbook: RunbookDocument = contain): Compiled {
  const described = { ...runbook, description: `${runbook.description}\n\n${UNSIGNED}` };
  const all = inlined(python, runbook);
  const longestFirst = [...all]
    .sort(([, a], [, b]) => b.short.text.length - a.short.text.length)
    .map(([name]) => name);
  /** The scripts, so many of the longest with short names. */
  const formsWith = (count: number): ReadonlyMap<string, Form> => {
    const names = new Set(longestFirst.slice(0, count));
    return new Map(
      [...all].map(([name, { short, shortest }]) => [name, names.has(name) ? shortest : short]),
    );
  };
  const fits = (count: number): boolean =>
    Buffer.byteLength(emit(described, textsOf(formsWith(count)))) <= DOCUMENT_BUDGET;
  const count = leastThat(fits, longestFirst.length);
  const [forms, renamed] = [formsWith(count), longestFirst.slice(0, count)];
  const scripts = textsOf(forms);
  const readable = new Map([...all].map(([name, script]) => [name, script.readable.text]));
  return {
    name: runbook.name,
    yaml: signed(emit(described, scripts)),
    readable: signed(emit(described, readable)),
    permissions: permissionsOf(runbook),
    readableScripts: readable,
    scripts,
    renamed,
    bytes: new Map([...forms].map(([name, { bytes }]) => [name, bytes])),
  };
}

const textsOf = (forms: ReadonlyMap<string, Form>): ReadonlyMap<string, string> =>
  new Map([...forms].map(([name, { text }]) => [name, text]));

/** The least number up to the most for which it is so, where it is so for all from some on; the most where for none. */
function leastThat(isSo: (count: number) => boolean, most: number): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Each script step's script, by the step's name. */
function inlined(python: string, runbook: RunbookDocument): ReadonlyMap<string, Script> {
  const handlers = new Map<string, string>();
  for (const { step } of runbook.flow)
    if (step.action === "aws:executeScript")
      handlers.set(step.name, inProject("steps", step.handlerOf ?? step.name, "handler.py"));
  const paths = [...new Set(handlers.values())];
  const scripts = inlineHandlers(python, paths, inProject("steps", "shared"));
  return new Map(
    [...handlers].flatMap(([name, path]) => {
      const script = scripts[paths.indexOf(path)];
      return script === undefined ? [] : [[name, script] as const];
    }),
  );
}
