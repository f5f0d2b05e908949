import { spawnSync } from "node:child_process";
import { inProject } from "../root.ts";

/**
 * The inlined script of each handler, in the order of the paths (build/inline/inline.py says how).
 *
 * @param python the interpreter that parses them
 * @param handlers paths of handler.py files
 * @param shared the folder of shared modules
 * @param level how much the scripts are shortened, 0 to 4 (build/inline/shorten.py)
 * @throws Error with one sentence that names the file and what is wrong in it
 */
export function inlineHandlers(
  python: string,
  handlers: readonly string[],
  shared: string,
  level: number,
): readonly string[] {
  const run = spawnSync(python, ["-E", "-s", inProject("build", "inline", "inline.py")], {
    input: JSON.stringify({ handlers, shared, level }),
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  if (run.error) throw new Error(`Python could not be started (${python}): ${run.error.message}`);
  if (run.status !== 0) throw new Error(run.stderr.trim().split("\n").at(-1) ?? "inlining failed");
  const scripts: unknown = JSON.parse(run.stdout);
  if (!Array.isArray(scripts) || !scripts.every((script) => typeof script === "string"))
    throw new Error("inline.py answered with something else than a list of scripts");
  return scripts;
}
