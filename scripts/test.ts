import { findPython } from "automation-language/python";
import { execa } from "execa";
import pc from "picocolors";
import { inProject } from "../build/root.ts";
import { setUpPython } from "./python.ts";

/**
 * `npm test`: the linters, then the tests of both languages. The last line counts them together. A linter that
 * complains counts as a failed test.
 */
let passed = 0;
let failed = 0;

await setUpPython("develop", (line) => console.log(pc.dim(line)));
await part("npm", ["run", "--silent", "lint"], () => undefined);
await part("npx", ["vitest", "run"], (text) => counts(text, /^\s*Tests .*/m));
await part(findPython(), ["-m", "pytest", "-q", "-p", "no:cacheprovider"], (text) =>
  counts(text, /^.*\b(?:passed|failed).* in [\d.]+s.*$/m),
);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

/** Runs one part, shows what it prints, and adds up what it counted; a part that fails without a count is one failure. */
async function part(
  tool: string,
  args: readonly string[],
  count: (text: string) => { readonly passed: number; readonly failed: number } | undefined,
): Promise<void> {
  const run = await execa(tool, args, {
    cwd: inProject(),
    reject: false,
    all: true,
    stdin: "ignore",
    stdout: ["inherit", "pipe"],
    stderr: ["inherit", "pipe"],
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with a control character
  const text = (run.all ?? "").replace(/\u001b\[[0-9;]*m/g, "");
  const counted = count(text) ?? { passed: run.exitCode === 0 ? 1 : 0, failed: 0 };
  passed += counted.passed;
  failed += run.exitCode !== 0 && counted.failed === 0 ? 1 : counted.failed;
}

function counts(
  text: string,
  line: RegExp,
): { readonly passed: number; readonly failed: number } | undefined {
  const found = line.exec(text)?.[0];
  if (found === undefined) return undefined;
  const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(found)?.[1] ?? 0);
  return { passed: of("passed"), failed: of("failed") + of("error") + of("errors") };
}
