import { DOCUMENT_BUDGET, emit } from "../build/emit.ts";
import { inlineHandlers, type Script } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";
import { declaredPermissions } from "./permissions.ts";
import { runbook } from "./runbook.ts";

export interface Compiled {
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
}

/**
 * Compiles the runbook: inlines the handlers, shortens them and emits YAML, the same bytes each time. While the
 * document is over its budget, the local names of the longest script that has them still are shortened.
 *
 * @param python the interpreter that parses the handlers, 3.11 or later
 * @throws Error with one sentence that names the file for a handler that can't be inlined
 */
export function compile(python: string): Compiled {
  const all = inlined(python);
  const scripts = new Map([...all].map(([name, { short }]) => [name, short]));
  const renamed: string[] = [];
  const longestFirst = [...scripts].sort(([, a], [, b]) => b.length - a.length);
  for (const [name] of longestFirst) {
    if (Buffer.byteLength(emit(runbook, scripts)) <= DOCUMENT_BUDGET) break;
    scripts.set(name, all.get(name)?.shortest ?? "");
    renamed.push(name);
  }
  const readable = new Map([...all].map(([name, script]) => [name, script.readable]));
  return {
    yaml: emit(runbook, scripts),
    readable: emit(runbook, readable),
    readableScripts: readable,
    permissions: declaredPermissions,
    scripts,
    renamed,
  };
}

/** Each script step's script, by the step's name. */
function inlined(python: string): ReadonlyMap<string, Script> {
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
