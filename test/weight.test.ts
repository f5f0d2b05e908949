import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inProject } from "../build/root.ts";

const limit = 20;
const modules = inProject("node_modules");

test("docs/develop.md names each dependency over 20 MB with its reason", () => {
  const heavy = packages()
    .filter((name) => bytesOf(join(modules, name)) > limit * 1024 * 1024)
    // A program for this machine alone: another one gets another package.
    .map((name) => name.replace(/-(?:linux|darwin|win32|freebsd)-.*$/, "-*"));
  const rows = readFileSync(inProject("docs", "develop.md"), "utf8").matchAll(
    /^\| `([^`]+)` \| \d+ \| (.+) \|$/gm,
  );
  const named = [...rows].map(([, name = ""]) => name);
  expect(heavy.length).toBeGreaterThan(0);
  expect(heavy.filter((name) => !named.includes(name))).toEqual([]);
});

/** The names of all packages that are installed at the top. */
const packages = (): string[] =>
  readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`)
        : name,
    );

/** What a package takes on disk; nothing for one of the workspace, which is a link. */
function bytesOf(path: string): number {
  if (!existsSync(path)) return 0;
  const state = lstatSync(path);
  if (!state.isDirectory()) return state.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
