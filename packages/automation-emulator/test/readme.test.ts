/** The examples of README work as they stand there. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { expect, test } from "vitest";
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
  expect(fixture).toContain('"npx", "automation-emulator"');
  try {
    const conftest = fixture.replace('"npx", "automation-emulator"', own);
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
