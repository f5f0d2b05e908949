import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../build/root.ts";

const { scripts } = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** The scripts of package.json that are this project's own, with the file of each. */
const commands = Object.entries(scripts).flatMap(([name, line]) => {
  const file = /^node scripts\/run\.mjs (\S+)$/.exec(line)?.[1];
  return file === undefined ? [] : [{ name, file }];
});

const folder = mkdtempSync(join(tmpdir(), "command-line-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in an environment without credentials and with nothing to reach. */
const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [inProject("scripts", "run.mjs"), file, ...args], {
    cwd: inProject(),
    env: {
      ...{ NO_COLOR: "1", AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      ...{ AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
      ...env,
    },
    extendEnv: true,
    reject: false,
    stdin: "ignore",
    timeout: 60_000,
  });

type Ended = Awaited<ReturnType<typeof run>>;

describe("every command of package.json", () => {
  const helps = new Map<string, Ended>();
  const unknowns = new Map<string, Ended>();
  beforeAll(async () => {
    const limit = pLimit(2);
    await Promise.all(
      commands.flatMap(({ name, file }) => [
        limit(async () => void helps.set(name, await run(file, ["--help"]))),
        limit(async () => void unknowns.set(name, await run(file, ["--no-such-option"]))),
      ]),
    );
  });

  it.each(commands)("$name --help is help with examples, and does nothing else", ({ name }) => {
    const ended = helps.get(name);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended?.stdout).toMatch(new RegExp(`^Usage: npm (run )?${name} -- `));
    expect(ended?.stdout).toContain("Examples:");
    expect(ended?.stdout).not.toContain(inProject());
    expect(ended?.stdout).not.toMatch(/default: (false|\[\])/);
    for (const line of String(ended?.stdout).split("\n"))
      if (!line.startsWith("  npm ")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it.each(commands)(
    "$name tells of an unknown option by its name, and does not start",
    ({ name }) => {
      const ended = unknowns.get(name);
      expect(ended?.exitCode).not.toBe(0);
      expect(ended?.stderr).toContain("unknown option '--no-such-option'");
      expect(ended?.stdout).toBe("");
    },
  );
});

describe("a value that can't be is told with the option's name, before anything is done", () => {
  const one = ["--instance", "i-0123456789abcdef0", "--bucket", "evidence-one"];
  it.each([
    [
      "execute",
      [...one, "--region", "mars"],
      /--region <name>.* mars is not the name of an AWS Region/,
    ],
    ["execute", [...one, "--instance", "i-1"], /--instance <id>.*hexadecimal/],
    ["execute", [...one, "--action", "Explode"], /--action <name>.*Contain, Release/],
    ["execute", [...one, "--max-errors", "many"], /--max-errors <n>.*percentage/],
    ["execute", [...one, "--max-concurrency", "0"], /--max-concurrency <n>.*from 1/],
    ["execute", [...one, "--ingress", "22"], /--ingress <json>.*JSON list of rules/],
    ["execute", [...one, "--ingress", "{"], /--ingress <json>.*not JSON/],
    ["execute", [...one, "--accounts", "1,2"], /--accounts <ids>.*1 is neither an account id/],
    ["execute", [...one, "--prefix", ""], /--prefix <key>.*must not be empty/],
    ["execute", [...one, "-c", "regions="], /--context <name=value>.*regions has no value/],
    ["execute", [...one, "extra"], /too many arguments/],
    ["execute", [...one, "--instance", "i-0fedcba9876543210"], /--instance <id>' was given twice/],
    ["execute", [...one, "--no-dry-run", "--dry-run"], /--dry-run' .*with its opposite/],
    ["execute", [...one, "--document-version", "abc"], /--document-version <n>.*number from 1/],
    ["execute", [...one, "--ingress", '[{"Cidr":"192.0.2.10/32"}]'], /--ingress <json>.*Rule 1 /],
    ["execute", [...one, "--max-concurrency", "3"], /--max-concurrency is for .*several/],
    ["execute", [...one, "--location-errors", "3"], /--location-errors is for .*other accounts/],
    ["execute", [...one, "--assume-role", "Reader"], /--assume-role is for .*other accounts/],
    ["execute", [...one, "--kms-key", "alias/a"], /--kms-key encrypts .*\n.*Give --ami/],
    ["execute", [...one, "--action", "Release"], /no --prefix was given/],
    ["execute", [...one, "--action", "Release", "--ami"], /--ami .*belongs to Contain/],
    ["execute", ["--bucket", "evidence-one", "--file", "/nope"], /\/nope \(--file\).*ENOENT/],
    [
      "execute",
      ["--bucket", "evidence-one", "--file", "package.json"],
      /Line 1 of package\.json \(--file\)/,
    ],
    ["start", ["--web", "--keep"], /--web' cannot be used with option '--keep/],
    ["contained", ["--assume-role", "Reader"], /--assume-role is for other accounts/],
    ["report", ["01234567-89ab-4cde-8f01-23456789abcd", "--account", "12"], /--account <id>/],
    [
      "execute",
      ["--action", "Release", "--of", "4711"],
      /--of <execution-ids>.* 4711 is not the id/,
    ],
    [
      "execute",
      [...one, "--of", "01234567-89ab-4cde-8f01-23456789abcd"],
      /--of.*cannot be used with/,
    ],
    ["contained", ["--region", "us-east-1,mars"], /--region <names>.* mars is not the name/],
    ["contained", ["--accounts", "12"], /--accounts <ids>.*12 is neither an account id/],
    ["contained", ["--assume-role", ""], /--assume-role <name>.*must not be empty/],
    ["deploy", ["-c", "regions=us-east-1,,eu-west-1"], /contain:regions is .*must be Regions/],
    ["share", ["--region", "us-east-1,"], /--region <name>.*none of them empty/],
    ["share", ["--json"], /--json is for --list/],
    ["status", [], /missing required argument 'execution-id'/],
    ["status", ["4711"], /execution-id.* 4711 is not the id of an execution/],
    ["report", [], /missing required argument 'execution-id'/],
    ["report", ["4711"], /execution-id.* 4711 is not the id of an execution/],
    [
      "report",
      ["01234567-89ab-4cde-8f01-23456789abcd", "--output", ""],
      /--output <file>.*not be empty/,
    ],
    ["emulator", ["--port", "70000"], /--port <n>.*from 0 to 65535/],
    ["emulator", ["--log", "/no/such/folder/log"], /--log <file>.*can't be written/],
    ["emulator", ["--region", "mars"], /--region <name>.*not the name of an AWS Region/],
    ["emulator", ["--time-scale", "-1"], /--time-scale <x>.*from 0 to 10000/],
  ] as const)("%s %s", async (name, args, told) => {
    const ended = await run(`scripts/${name}.ts`, args);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(told);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });
});

it("missing credentials are told with the profile's name", async () => {
  const ended = await run("scripts/status.ts", ["01234567-89ab-4cde-8f01-23456789abcd"], {
    ...{ AWS_PROFILE: "incident", AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
    AWS_EC2_METADATA_DISABLED: "true",
  });
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("in the profile incident (AWS_PROFILE)");
});

it.each([
  "scripts/diagram.ts test/fixtures/ContainEC2Instance.yaml",
  "scripts/validate.ts --format json test/fixtures",
  "scripts/emulator.ts --port 0",
])("a reader that has gone ends %s without a word, and with no status of success", async (line) => {
  const piped = `node scripts/run.mjs ${line} | true; echo "\${PIPESTATUS[0]}"`;
  const ended = await execa("bash", ["-c", piped], { cwd: inProject() });
  expect(ended.stdout).toBe("141");
  expect(ended.stderr).toBe("");
});

it("a dist/ that can't be written is told in words", async () => {
  mkdirSync(join(folder, "scripts"));
  for (const file of ["run.mjs", "join.mjs", "digest.mjs"])
    cpSync(inProject("scripts", file), join(folder, "scripts", file));
  symlinkSync(inProject("node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "dist"), "a file where the folder should be");
  writeFileSync(join(folder, "hello.ts"), "console.log('hello');\n");
  const ended = await execa(process.execPath, ["scripts/run.mjs", "hello.ts"], {
    cwd: folder,
    reject: false,
  });
  expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
  expect(ended.stderr).toMatch(/dist\/run, which can't be written: .*\n {2}What to do: /);
});
