import { findPython } from "automation-language/python";
import { execa } from "execa";
import pc from "picocolors";
import { inProject } from "../build/root.ts";
import { setUpPython } from "./python.ts";

/** `npm run lint`: formatters, linters and type checkers of both languages; with `--fix` (`npm run format`) they correct what they can. */
const fix = process.argv.includes("--fix");

await setUpPython("develop", (line) => console.log(pc.dim(line)));
const python = findPython();
const tools: readonly (readonly [string, readonly string[]])[] = [
  ["npx", ["biome", "check", ...(fix ? ["--write"] : []), "."]],
  [python, ["-m", "ruff", "format", ...(fix ? [] : ["--check"]), "--quiet", "."]],
  [python, ["-m", "ruff", "check", ...(fix ? ["--fix"] : []), "--quiet", "."]],
  ["npx", ["tsc", "--noEmit"]],
  [python, ["-m", "mypy", "--no-error-summary", "."]],
];
for (const [tool, args] of tools) {
  const run = await execa(tool, args, { cwd: inProject(), reject: false, all: true });
  const name = args.find((word) => /^[a-z]+$/.test(word) && word !== "m") ?? tool;
  console.log(
    `${run.exitCode === 0 ? pc.green("✔") : pc.red("✖")} ${name} ${args.includes("format") ? "format" : ""}`,
  );
  if (run.exitCode !== 0) {
    console.log(run.all);
    process.exitCode = 1;
  }
}
