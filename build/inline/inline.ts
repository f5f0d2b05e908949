import { spawnSync } from "node:child_process";
import { inProject } from "../root.ts";

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
  const run = spawnSync(python, ["-E", "-s", inProject("build", "inline", "inline.py")], {
    input: JSON.stringify({ handlers, shared }),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error) throw new Error(`Python could not be started (${python}): ${run.error.message}`);
  if (run.status !== 0) throw new Error(run.stderr.trim().split("\n").at(-1) ?? "inlining failed");
  const answer: unknown = JSON.parse(run.stdout);
  if (!Array.isArray(answer) || !answer.every(isScript))
    throw new Error("inline.py answered with something else than scripts");
  return answer.map(([readable, short, shortest]) => ({ readable, short, shortest }));
}

const isScript = (value: unknown): value is readonly [Form, Form, Form] =>
  Array.isArray(value) &&
  value.length === 3 &&
  value.every((form) => typeof form?.text === "string" && typeof form.bytes === "object");
