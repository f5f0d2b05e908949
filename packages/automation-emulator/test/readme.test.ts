/** The examples of README work as they stand there, and its table of actions is true. */
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actions as known } from "automation-language/actions";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { actions } from "../src/engine/actions/index.ts";
import { inPackage, inProject } from "./project.ts";

/** The blocks of code in one language, in their order. */
async function blocks(language: string): Promise<readonly string[]> {
  const readme = await readFile(inPackage("README.md"), "utf8");
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(
    ([, code = ""]) => code,
  );
}

test("the fixture for pytest starts the emulator, empties it and ends it", async () => {
  const [fixture = "", example = ""] = await blocks("python");
  const folder = await mkdtemp(join(tmpdir(), "readme-"));
  const command = ["node", inProject("scripts", "run.mjs"), inProject("scripts", "emulator.ts")];
  const own = command.map((part) => JSON.stringify(part)).join(", ");
  expect(fixture).toContain('"npx", "--no", "--", "automation-emulator"');
  try {
    const conftest = fixture.replace('"npx", "--no", "--", "automation-emulator"', own);
    await writeFile(join(folder, "conftest.py"), conftest);
    // Twice, for the second finds what the first has left.
    await writeFile(join(folder, "test_one.py"), example);
    await writeFile(join(folder, "test_two.py"), example);
    const run = await execa(
      findPython(),
      ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"],
      { cwd: folder, reject: false, all: true },
    );
    expect(run.all).toContain("4 passed");
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test("the example for vitest passes", async () => {
  const [example = ""] = await blocks("ts");
  const file = inPackage("test", "readme.example.test.ts");
  await writeFile(file, example);
  try {
    const run = await execa("npx", ["vitest", "run", file], {
      cwd: inProject(),
      reject: false,
      all: true,
    });
    expect(run.all).toMatch(/Tests .*1 passed/);
  } finally {
    await rm(file);
  }
}, 60_000);

describe("the table of actions", () => {
  const rows = readFileSync(inPackage("README.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| `aws:/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, first = "", documents = "", tests = ""]) => ({
      action: /^`(aws:\w+)`/.exec(first)?.[1] ?? first,
      documents: [...documents.matchAll(/`([\w/-]+\.yaml)`/g)].map(([, file = ""]) => file),
      tests: [...tests.matchAll(/([\w]+\.test\.ts): "([^"]+)"/g)].map(
        ([, file = "", title = ""]) => ({
          file,
          title,
        }),
      ),
    }));
  const inEngine = (file: string): string =>
    readFileSync(inPackage("test", "engine", file), "utf8");

  test("has a row for each action of Automation, with a document for each that the engine runs", () => {
    expect(rows.map(({ action }) => action).sort()).toEqual(Object.keys(known).sort());
    const run = rows.filter(({ documents }) => documents.length > 0);
    expect(run.map(({ action }) => action).sort()).toEqual([...actions.keys()].sort());
  });

  test.each(rows)(
    "names documents and tests that are there: $action",
    ({ action, documents, tests }) => {
      for (const file of documents) expect(inEngine(`documents/${file}`)).toContain(action);
      expect(tests).not.toEqual([]);
      for (const { file, title } of tests) {
        expect(inEngine(file)).toMatch(new RegExp(`(?:test|describe)\\(\\s*${escaped(title)}`));
      }
    },
  );

  const escaped = (title: string): string =>
    JSON.stringify(title).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
});
