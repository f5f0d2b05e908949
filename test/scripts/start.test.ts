import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
    if (address !== undefined) continue;
    address = /^Open (http:\/\/127\.0\.0\.1:\d+) /.exec(line)?.[1];
    if (address === undefined) continue;
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<html");
    served.kill("SIGINT");
  }
  expect(address).toBeDefined();
  expect((await served).timedOut).toBe(false);
});

/** The processes of this machine whose environment has a text. */
const processesWith = (text: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/environ`, "utf8").includes(text);
      } catch {
        return false; // It has ended, or is another's.
      }
    });

it.skipIf(!existsSync("/proc/self/environ")).each([
  ["while the local AWS starts", [], /^starting it/, undefined],
  [
    "in the middle of a run",
    [],
    /validateRequiredInputs/,
    /Stopped before the end[\s\S]*nothing is left/,
  ],
  ["while the page is served", ["--web"], /^Open http/, /has ended; nothing is left running/],
] as const)("Ctrl-C %s leaves no process, and says so", async (_, args, at, said) => {
  const marker = `CONTAIN_TEST_RUN=${randomUUID()}`;
  const [name = "", value] = marker.split("=");
  const started = execa(
    process.execPath,
    [inProject("scripts", "run.mjs"), "scripts/start.ts", ...args],
    {
      cwd: inProject(),
      env: { [name]: value },
      reject: false,
      stdin: "ignore",
      all: true,
      timeout: 100_000,
    },
  );
  let pressed = false;
  for await (const line of started.iterable({ from: "all" }))
    if (!pressed && at.test(line)) {
      expect(processesWith(marker)).not.toEqual([]);
      started.kill("SIGINT");
      pressed = true;
    }
  const ended = await started;
  expect(pressed, ended.all).toBe(true);
  expect(ended.timedOut).toBe(false);
  if (said !== undefined) expect(ended.all).toMatch(said);
  await expect.poll(() => processesWith(marker), { timeout: 20_000 }).toEqual([]);
});
