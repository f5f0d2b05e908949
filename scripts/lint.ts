import { execa } from "execa";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { command } from "../common/command.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

const { fix } = program("lint", "Formatters, linters and type checkers of both languages.", [
  ["", "tells what is wrong"],
  ["--fix", "corrects what can be corrected (npm run format)"],
])
  .option("--fix", "correct what can be corrected", false)
  .parse()
  .opts<{ readonly fix: boolean }>();

await command(async () => {
  const python = await setUpPython("develop", (line) => console.log(pc.dim(line)));
  const ruff = [python, "-m", "ruff"];
  const checks: readonly (readonly [name: string, line: readonly string[]])[] = [
    ["biome", ["npx", "biome", "check", ...(fix ? ["--write"] : []), "."]],
    ["ruff format", [...ruff, "format", ...(fix ? [] : ["--check"]), "--quiet", "."]],
    ["ruff check", [...ruff, "check", ...(fix ? ["--fix"] : []), "--quiet", "."]],
    ["tsc", ["npx", "tsc", "--noEmit"]],
    ["mypy", [python, "-m", "mypy", "--no-error-summary", "."]],
  ];
  let status = 0;
  for (const [name, [tool = "", ...args]] of checks) {
    const run = await execa(tool, args, { cwd: inProject(), reject: false, all: true });
    console.log(`${run.exitCode === 0 ? pc.green("✔") : pc.red("✖")} ${name}`);
    if (run.exitCode === 0) continue;
    console.log(run.all);
    status = 1;
  }
  return status;
});
