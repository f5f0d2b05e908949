import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../src/command.ts";

const folder = mkdtempSync(join(tmpdir(), "command-"));
afterAll(() => rmSync(folder, { recursive: true }));

const step = '- {name: a, action: "aws:pause", inputs: {}}\n';
const sound = `schemaVersion: "0.3"\nmainSteps:\n${step}`;
const warned = `schemaVersion: "0.3"\nparameters: {P: {type: String}}\nmainSteps:\n${step}`;
const wrong = sound.replace("aws:pause", "aws:paus");
const hinted = `${sound.replace("aws:pause", "aws:executeAwsApi").replace("inputs: {}", "inputs: {Service: ec2, Api: DescribeVpcs}, outputs: [{Name: X, Selector: '$.Vpcs', Type: MapList}]")}`;

beforeAll(() => {
  mkdirSync(join(folder, "deep", "er"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("sound.yaml", sound);
  write("warned.yaml", warned);
  write("hinted.yaml", hinted);
  write("deep/wrong.yaml", wrong);
  write(
    "deep/er/sound.json",
    '{"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:pause", "inputs": {}}]}',
  );
  write("deep/other.yaml", "a: 1\n");
  write("deep/command.yaml", 'schemaVersion: "2.2"\nmainSteps: []\n');
  write("node_modules/wrong.yaml", wrong);
  write("huge.yaml", " ".repeat(1_100_000));
  write("config.yaml", "ignore:\n  - {rule: SCHEMA02, reason: a draft, files: ['deep/**']}\n");
  write("useless.yaml", "ignore:\n  - {rule: API03, reason: not needed}\n");
  write("unknown.yaml", "ignored: []\n");
});

async function run(...args: string[]) {
  let out = "";
  let error = "";
  const progress: string[] = [];
  const code = await runCommand(args, {
    cwd: folder,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    progress: (line) => progress.push(line),
  });
  return { code, out, error, progress };
}

describe("the exit code", () => {
  it.each([
    ["is 0 where nothing is found", ["sound.yaml"], 0],
    ["is 0 for a warning", ["warned.yaml"], 0],
    ["is 1 for a warning where that is asked for", ["warned.yaml", "--fail-on", "warning"], 1],
    ["is 1 for an error", ["deep/wrong.yaml"], 1],
    ["is 2 for a file that is not there", ["nothing.yaml"], 2],
    ["is 2 for a file that is too large, even beside an error", ["huge.yaml", "deep"], 2],
    ["is 2 for a glob without a file", ["*.nothing"], 2],
    ["is 2 for an option that there is not", ["--nothing"], 2],
    ["is 2 for a rule that there is not", ["--only", "ABC01", "sound.yaml"], 2],
    ["is 2 without files", [], 2],
    ["is 0 for the help", ["--help"], 0],
    ["is 2 for a configuration with a key that is not known", ["--config", "unknown.yaml", "."], 2],
  ] as const)("%s", async (_, args, code) => {
    expect(await run(...args)).toMatchObject({ code });
  });

  it("is explained in the help", async () => {
    expect((await run("--help")).out).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
  });
});

describe("the files", () => {
  it("of a folder are those that hold Automation documents, with the others counted", async () => {
    const { out, progress } = await run("deep");
    expect(out).toContain("deep/wrong.yaml:3:21 error SCHEMA02");
    expect(out).toContain("2 documents checked, 2 other files skipped.");
    expect(out).not.toContain("node_modules");
    expect(progress.at(-2)).toBe("4 of 4 files");
  });

  it("may be given by a glob", async () => {
    expect((await run("**/wrong.*")).out).toContain("deep/wrong.yaml:3:21");
  });

  it("that are named are checked whatever they are", async () => {
    expect((await run("deep/other.yaml")).out).toContain("deep/other.yaml:1:1 error SCHEMA01");
  });

  it("that are too large are not read", async () => {
    expect((await run("huge.yaml")).error).toContain(
      "huge.yaml was not read: it has 1100000 bytes",
    );
  });
});

describe("rules are chosen", () => {
  it("by id and by family", async () => {
    expect((await run("--only", "REF", "warned.yaml")).out).toContain("REF06");
    expect((await run("--only", "SCHEMA02,API03", "warned.yaml")).out).toBe("No finding.\n");
    expect((await run("--ignore", "REF06", "warned.yaml")).out).toBe("No finding.\n");
  });

  it("and hints are told only where they are asked for", async () => {
    expect((await run("hinted.yaml")).out).toBe("No finding.\n");
    expect((await run("--hints", "hinted.yaml")).out).toContain("hint REF07");
  });

  it("by a configuration file, for the files that it names", async () => {
    expect(await run("--config", "config.yaml", "deep/wrong.yaml")).toMatchObject({ code: 0 });
  });

  it("and an ignore that hits nothing is told", async () => {
    expect((await run("--ignore", "API03", "warned.yaml")).error).toContain(
      "The command line ignores API03, which was not found anywhere.",
    );
    expect((await run("--config", "useless.yaml", "warned.yaml")).error).toContain(
      "useless.yaml ignores API03",
    );
  });
});

it("--rules lists every rule with its severity and page", async () => {
  const { out } = await run("--rules");
  expect(out).toMatch(/SYNTAX01 +error +The text is YAML or JSON\.\n/);
  expect(out).toMatch(/REF07 +hint +Every declared output is used/);
});

const root = join(import.meta.dirname, "..", "..", "..");
const CLI = "packages/automation-validator/src/cli.ts";

it("standard input is read for -, and the name says what it is", { timeout: 60_000 }, async () => {
  const cli = (input: string, ...args: string[]) =>
    execa("node", ["scripts/run.mjs", CLI, ...args], {
      cwd: root,
      input,
      reject: false,
    });
  expect(await cli(wrong, "-")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("stdin:3:21 error SCHEMA02"),
  });
  expect(await cli(wrong, "-", "--stdin-name", "a.json")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("a.json:1:1 error SYNTAX01 This is not JSON"),
  });
});

it("a pipe gets no colours in CI, but where they are forced", { timeout: 60_000 }, async () => {
  const output = async (env: Record<string, string>): Promise<string> => {
    const { stdout } = await execa("node", ["scripts/run.mjs", CLI, "-"], {
      cwd: root,
      input: wrong,
      reject: false,
      env: { NO_COLOR: "", FORCE_COLOR: "", CI: "true", ...env },
    });
    return stdout;
  };
  expect(await output({})).not.toContain("\u001b");
  expect(await output({ FORCE_COLOR: "1" })).toContain("\u001b[31m");
  expect(await output({ FORCE_COLOR: "1", NO_COLOR: "1" })).not.toContain("\u001b");
});
