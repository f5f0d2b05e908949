import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../build/inline/cache.ts";
import { knownFindings } from "../../scripts/knownFindings.ts";

let folder: string;
let program: string;
let python: string;
let packages: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "contain-findings-"));
  program = join(folder, "program.mjs");
  writeFileSync(program, "1");
  python = environment();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes an environment of Python's that has the packages of the project's own; the path of its Python. */
function environment(): string {
  const asked =
    "import json, os, sys, botocore, regex\n" +
    "roots = [os.path.dirname(os.path.dirname(each.__file__)) for each in (botocore, regex)]\n" +
    "version = f'python{sys.version_info.major}.{sys.version_info.minor}'\n" +
    "print(json.dumps([os.path.realpath(sys.executable), version, roots]))";
  const { stdout } = spawnSync(findPython(), ["-c", asked], { encoding: "utf8" });
  const [base, version, roots] = JSON.parse(stdout) as [string, string, string[]];
  packages = join(folder, "venv", "lib", version, "site-packages");
  mkdirSync(packages, { recursive: true });
  mkdirSync(join(folder, "venv", "bin"));
  writeFileSync(join(packages, "own.pth"), roots.join("\n"));
  writeFileSync(join(folder, "venv", "pyvenv.cfg"), `home = ${dirname(base)}\n`);
  const path = join(folder, "venv", "bin", "python");
  symlinkSync(base, path);
  return path;
}

const document = "schemaVersion: '0.3'\nmainSteps: []\n";
const cache = (): string => join(folder, "cache");
const kept = (): readonly string[] => {
  try {
    return readdirSync(cache());
  } catch {
    return [];
  }
};
const find = (text = document, more = {}): Promise<unknown> =>
  knownFindings(text, { file: "a.yaml", python, ...more }, program, cache());

test("the findings of a document are what the check finds, now and the next time", async () => {
  const found = await checkDocument(document, { file: "a.yaml" });
  expect(found.length).toBeGreaterThan(0);
  expect(await find()).toEqual(found);
  expect(await find()).toEqual(found);
  const [name = ""] = kept();
  expect(kept()).toEqual([name]);
  writeFileSync(join(cache(), name), `${digestOf(["[]"])}\n[]`);
  expect(await find()).toEqual([]);
});

test.each([
  ["the document", () => find(`${document}\n`)],
  ["its permissions", () => find(document, { declaredPermissions: { a: ["ec2:RunInstances"] } })],
  ["its name", () => find(document, { file: "b.yaml" })],
  [
    "the validator",
    () => {
      writeFileSync(program, "2");
      return find();
    },
  ],
])("another state of %s is looked at anew", async (_, again) => {
  await find();
  await again();
  expect(kept()).toHaveLength(2);
});

test("another package in Python's environment is looked at anew", async () => {
  await find();
  const before = new Date(2020, 1);
  utimesSync(packages, before, before);
  await find();
  expect(kept()).toHaveLength(2);
});

test.each([
  ["is looked for on the PATH", () => "python3"],
  [
    "is the system's, of whose packages nothing is known",
    () => {
      rmSync(join(folder, "venv", "pyvenv.cfg"));
      return python;
    },
  ],
])("nothing is kept where the Python %s", async (_, which) => {
  await find(document, { python: which() }).catch(() => "it may lack botocore");
  expect(kept()).toEqual([]);
});
