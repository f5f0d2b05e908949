import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { inProject } from "../build/root.ts";

/** Which rooms a room may import from, besides itself. README's map says the same. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  build: [],
  steps: ["build"],
  document: ["steps", "build"],
  emulator: ["build"],
  deploy: ["document", "build"],
  // The long form of the safety suite is a command, and its trials are the tests'.
  scripts: ["test", "deploy", "emulator", "document", "steps", "build"],
};

for (const [room, allowed] of Object.entries(mayImport))
  test(`${room}/ imports from ${["itself", ...allowed].join(", ")} only`, () => {
    const wrong = filesOf(inProject(room)).flatMap((file) =>
      importsOf(file)
        .map((path) => relative(inProject(), join(dirname(file), path)))
        .filter((path) => ![room, ...allowed].includes(path.split("/")[0] ?? ""))
        .map((path) => `${relative(inProject(), file)} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));

const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*["'](\.{1,2}\/[^"']+)["']/g)].map(
    (match) => match[1] ?? "",
  );
