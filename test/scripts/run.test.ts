/** How commands are started: joined when something of theirs has changed, else as they were. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { inProject } from "../../build/root.ts";

const folder = mkdtempSync(join(tmpdir(), "run-"));
// A name that no other run has: what is kept of a command is kept by it.
const name = basename(folder);
const program = join(folder, `${name}.ts`);
const kept = () => readdirSync(inProject("dist", "run")).filter((file) => file.startsWith(name));
afterAll(() => {
  for (const file of kept()) rmSync(inProject("dist", "run", file));
  rmSync(folder, { recursive: true });
});

const said = async (): Promise<string> =>
  (await execa("node", [inProject("scripts", "run.mjs"), program])).stdout;

test("a command is joined anew when a module of it has changed, and only then", async () => {
  const word = join(folder, "word.ts");
  writeFileSync(word, 'export const word: string = "one";\n');
  writeFileSync(program, 'import { word } from "./word.ts";\nconsole.log(word);\n');
  expect(await said()).toBe("one");
  const [record = ""] = kept().filter((file) => file.endsWith(".json"));
  const written = () => statSync(inProject("dist", "run", record)).mtimeMs;
  const first = written();
  expect(await said()).toBe("one");
  expect(written()).toBe(first);
  writeFileSync(word, 'export const word: string = "two";\n');
  expect(await said()).toBe("two");
  expect(written()).toBeGreaterThan(first);
});

test("a command whose joined file has gone is joined again", async () => {
  for (const file of kept().filter((each) => each.endsWith(".mjs")))
    rmSync(inProject("dist", "run", file));
  expect(await said()).toBe("two");
});

test("that packages are not installed is said where a module is not there, and of no other failure", async () => {
  const scripts = join(folder, "fresh", "scripts");
  mkdirSync(scripts, { recursive: true });
  for (const file of ["run.mjs", "join.mjs", "digest.mjs"])
    copyFileSync(inProject("scripts", file), join(scripts, file));
  const start = () => execa("node", [join(scripts, "run.mjs"), program], { reject: false });
  const absent = await start();
  expect(absent.stderr).toBe("The packages are not installed. Run `npm ci` first.");
  expect(absent.exitCode).toBe(1);
  writeFileSync(join(scripts, "join.mjs"), "export const = 1;\n");
  const broken = await start();
  expect(broken.stderr).toContain("SyntaxError");
  expect(broken.stderr).not.toContain("not installed");
});

test("what a command takes of packages is joined once, and anew when it has gone or something else is taken", async () => {
  const kept = () =>
    readdirSync(inProject("dist", "run")).filter((each) => /^packages-/.test(each));
  const before = kept();
  writeFileSync(
    program,
    'import yaml, { isMap, parse as read } from "yaml";\nimport * as limits from "p-limit";\nconsole.log(isMap(1), read("a: 1").a, yaml.stringify([1]), typeof limits.default);\n',
  );
  expect(await said()).toBe("false 1 - 1\n function");
  const [made = "", ...more] = kept().filter((each) => !before.includes(each));
  expect(more).toEqual([]);
  expect(await said()).toBe("false 1 - 1\n function");
  rmSync(inProject("dist", "run", made), { recursive: true });
  expect(await said()).toBe("false 1 - 1\n function");
  expect(kept()).toContain(made);
  rmSync(inProject("dist", "run", made), { recursive: true });
});
