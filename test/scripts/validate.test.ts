import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { inProject } from "../../build/root.ts";

const folder = mkdtempSync(join(tmpdir(), "validate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const validate = (...args: string[]) =>
  execa("node", [inProject("scripts", "run.mjs"), "scripts/validate.ts", ...args], {
    cwd: inProject(),
    reject: false,
  });

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test("a sound document is exit status 0", { timeout: 60_000 }, async () => {
  const run = await validate("packages/automation-validator/test/corpus/pauseForPerson.yaml");
  expect(run).toMatchObject({ exitCode: 0, stdout: "No finding." });
});

test("an error is exit status 1, and SARIF says where", { timeout: 60_000 }, async () => {
  const path = written("broken.json", '{"schemaVersion": "0.3", "mainSteps": []}');
  const run = await validate(path, "--format", "sarif");
  expect(run.exitCode).toBe(1);
  expect(JSON.parse(run.stdout).runs[0].results[0]).toMatchObject({ ruleId: "SCHEMA01" });
});

test("a file that can't be read is exit status 2, and the others are checked", {
  timeout: 60_000,
}, async () => {
  const path = written(
    "warned.yaml",
    'schemaVersion: "0.3"\nparameters: {P: {type: String}}\nmainSteps:\n- {name: a, action: "aws:pause", inputs: {}}\n',
  );
  const run = await validate(join(folder, "missing.yaml"), path);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("can't be read");
  expect(run.stdout).toContain("warning REF06");
});

test("of a folder the documents are checked, and what is not text is told", {
  timeout: 60_000,
}, async () => {
  const path = join(folder, "binary.yaml");
  writeFileSync(path, Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]));
  const run = await validate(folder, path);
  expect(run.exitCode).toBe(2);
  expect(run.stdout).toContain("broken.json:1:39 error SCHEMA01");
  expect(run.stderr).toContain("it is not text in UTF-8");
});
