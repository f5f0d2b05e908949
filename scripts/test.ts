import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { command } from "../common/command.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

program(
  "test",
  "The linters, then the tests of both languages; the last line counts them together.",
  [["", "all of them"]],
).parse();

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

await command(async () => {
  const python = await setUpPython("develop", (line) => console.log(pc.dim(line)));
  const parts = [
    // A linter that complains counts as a failed test.
    await part("npm", ["run", "--silent", "lint"], () => undefined),
    await part("npx", ["vitest", "run"], (text) => counts(text, /^\s*Tests .*/m)),
    await part(python, ["-m", "pytest", "-q", "-p", "no:cacheprovider"], (text) =>
      counts(text, /^.*\b(?:passed|failed).* in [\d.]+s.*$/m),
    ),
  ];
  const sum = (count: (part: Counts) => number): number =>
    parts.reduce((total, each) => total + count(each), 0);
  const failed = sum((each) => each.failed);
  console.log(`\n${sum((each) => each.passed)} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
});

/** Runs one part, shows what it prints, and counts; a part that fails without a count is one failure. */
async function part(
  tool: string,
  args: readonly string[],
  count: (text: string) => Counts | undefined,
): Promise<Counts> {
  const run = await execa(tool, args, {
    cwd: inProject(),
    reject: false,
    all: true,
    stdin: "ignore",
    stdout: ["inherit", "pipe"],
    stderr: ["inherit", "pipe"],
  });
  const text = stripVTControlCharacters(run.all ?? "");
  const counted = count(text) ?? { passed: run.exitCode === 0 ? 1 : 0, failed: 0 };
  return {
    passed: counted.passed,
    failed: run.exitCode !== 0 && counted.failed === 0 ? 1 : counted.failed,
  };
}

function counts(text: string, line: RegExp): Counts | undefined {
  const found = line.exec(text)?.[0];
  if (found === undefined) return undefined;
  const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(found)?.[1] ?? 0);
  return { passed: of("passed"), failed: of("failed") + of("error") };
}
