import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { command } from "../common/command.ts";
import { table } from "../common/table.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

program(
  "test",
  "The tests of both languages and the linters beside each other; tells the slowest tests, and the last line counts all together.",
  [["", "all of them"]],
).parse();

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** How many of the slowest tests are told. */
const slowest = 10;

await command(async () => {
  const python = await setUpPython("develop", (line) => console.log(pc.dim(line)));
  const folder = mkdtempSync(join(tmpdir(), "contain-test-"));
  const durations = join(folder, "vitest.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${durations}`];
    const [ofVitest, beside] = await Promise.all([
      part("npx", ["vitest", "run", ...reporters], (text) => counts(text, /^\s*Tests .*/m), true),
      // One after the other: two cores have enough to do.
      besides(python),
    ]);
    for (const { text } of beside) console.log(text);
    console.log(slowestOf(durations));
    const parts = [ofVitest.counts, ...beside.map((each) => each.counts)];
    const sum = (count: (part: Counts) => number): number =>
      parts.reduce((total, each) => total + count(each), 0);
    const failed = sum((each) => each.failed);
    console.log(`\n${sum((each) => each.passed)} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What is run beside the tests of TypeScript: the tests of Python, then the linters. */
async function besides(python: string): Promise<readonly Part[]> {
  const pytest = await part(python, ["-m", "pytest", "-q", "-p", "no:cacheprovider"], (text) =>
    counts(text, /^.*\b(?:passed|failed).* in [\d.]+s.*$/m),
  );
  // A linter that complains counts as a failed test.
  const lint = await part("npm", ["run", "--silent", "lint"], () => undefined);
  return [pytest, lint];
}

interface Part {
  readonly counts: Counts;
  readonly text: string;
}

/**
 * Runs one part and counts; a part that fails without a count is one failure.
 *
 * @param shown whether its output is shown as it comes
 */
async function part(
  tool: string,
  args: readonly string[],
  count: (text: string) => Counts | undefined,
  shown = false,
): Promise<Part> {
  const output = shown ? (["inherit", "pipe"] as const) : (["pipe"] as const);
  const run = await execa(tool, args, {
    cwd: inProject(),
    reject: false,
    all: true,
    stdin: "ignore",
    stdout: [...output],
    stderr: [...output],
  });
  const text = run.all ?? "";
  const counted = count(stripVTControlCharacters(text)) ?? {
    passed: run.exitCode === 0 ? 1 : 0,
    failed: 0,
  };
  const failed = run.exitCode !== 0 && counted.failed === 0 ? 1 : counted.failed;
  return { counts: { passed: counted.passed, failed }, text };
}

function counts(text: string, line: RegExp): Counts | undefined {
  const found = line.exec(text)?.[0];
  if (found === undefined) return undefined;
  const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(found)?.[1] ?? 0);
  return { passed: of("passed"), failed: of("failed") + of("error") };
}

/** What Vitest's JSON report says of files and their tests. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly duration?: number | null;
    }[];
  }[];
}

/** A table of the tests that took longest; empty where there is no report. */
function slowestOf(file: string): string {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return "";
  }
  const rows = report.testResults
    .flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({
        seconds: (duration ?? 0) / 1000,
        cells: [relative(inProject(), name), fullName] as const,
      })),
    )
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, slowest);
  return table(
    ["Seconds", "File", "The slowest tests"],
    rows.map(({ seconds, cells }) => [seconds.toFixed(1), ...cells]),
  );
}
