import { readFileSync, rmSync } from "node:fs";
import { execa } from "execa";
import { expect, it } from "vitest";
import { inProject } from "../../build/root.ts";

it("npm start rehearses all three runs, and writes the report of each as a page", async () => {
  const pages = ["dry-run", "contain", "release"].map(
    (name) => `dist/reports/rehearsal-${name}.html`,
  );
  for (const page of pages) rmSync(inProject(page), { force: true });
  const ended = await execa(
    process.execPath,
    [inProject("scripts", "run.mjs"), "scripts/start.ts"],
    { cwd: inProject(), reject: false, stdin: "ignore" },
  );
  expect(ended.exitCode, ended.stderr).toBe(0);
  for (const page of pages) expect(ended.stdout).toContain(page);
  const headlines = pages.map(
    (page) => /<h1>(.*?)<\/h1>/.exec(readFileSync(inProject(page), "utf8"))?.[1],
  );
  expect(headlines).toEqual(["Dry run of Contain: nothing was changed", "Contained", "Released"]);
});
