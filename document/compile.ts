import { emit } from "../build/emit.ts";
import { inlineHandlers } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";
import { runbook } from "./runbook.ts";

export interface Compiled {
  /** The document as it is published. */
  readonly yaml: string;
  /** The IAM actions that each step declares, by the step's name. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
}

/**
 * Compiles the runbook: inlines the handlers and emits YAML, the same bytes each time.
 *
 * @param python the interpreter that parses the handlers, 3.11 or later
 * @throws Error with one sentence that names the file for a handler that can't be inlined
 */
export function compile(python = "python3"): Compiled {
  const handlers = new Map<string, string>();
  for (const { step } of runbook.flow)
    if (step.action === "aws:executeScript")
      handlers.set(step.name, inProject("steps", step.handlerOf ?? step.name, "handler.py"));
  const paths = [...new Set(handlers.values())];
  const texts = inlineHandlers(python, paths, inProject("steps", "shared"));
  const byPath = new Map(paths.map((path, at) => [path, texts[at] ?? ""]));
  const scripts = new Map([...handlers].map(([name, path]) => [name, byPath.get(path) ?? ""]));
  return {
    yaml: emit(runbook, scripts),
    permissions: Object.fromEntries(
      runbook.flow.map(({ step }) => [step.name, Object.keys(step.permissions).sort()]),
    ),
  };
}
