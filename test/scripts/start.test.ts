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

it("npm start -- --web serves the rehearsal's page on this machine until Ctrl-C", async () => {
  const served = execa(
    process.execPath,
    [inProject("scripts", "run.mjs"), "scripts/start.ts", "--web"],
    { cwd: inProject(), reject: false, stdin: "ignore", timeout: 60_000 },
  );
  let address: string | undefined;
  for await (const line of served) {
    address ??= /^Open (http:\/\/127\.0\.0\.1:\d+) /.exec(line)?.[1];
    if (address === undefined) continue;
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<html");
    served.kill("SIGINT");
  }
  expect(address).toBeDefined();
  expect((await served).timedOut).toBe(false);
});
