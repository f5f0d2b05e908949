import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../build/root.ts";
import { sharedEmulator } from "./account/emulator.ts";
import { as, instance } from "./deploy/organization.ts";
import { type Session, session } from "./deploy/session.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const ACCOUNT = "111122223333";
const SAMPLE_ID = "01234567-89ab-4cde-8f01-23456789abcd";

const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ...readdirSync(inProject("docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(inProject(page), "utf8");

/** The lines that a page shows to type. The `sh` blocks of docs/deploy.md are all played by test/deploy/docs.test.ts. */
const linesOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/```(sh|console)\n([\s\S]*?)```/g)]
    .filter(([, kind]) => page !== "docs/deploy.md" || kind === "console")
    .flatMap(([, , body = ""]) => body.split("\n"))
    .filter((line) => line !== "");

/** Lines that other tests run, with words of the test that does; or why no test can. */
const elsewhere: readonly (readonly [line: RegExp, file: string, words: string])[] = [
  [/^npm ci && npm start$/, "test/scripts/start.test.ts", "scripts/start.ts"],
  // What the tests run on was installed by it.
  [/^npm ci$/, ".github/workflows/test.yml", "npm ci"],
  [/^npm start -- --web$/, "test/scripts/start.test.ts", "--web"],
  [/^npm run acceptance -- --account /, "test/acceptance/run.test.ts", `"--account", account`],
  [/^npm run acceptance -- --clean /, "test/acceptance/run.test.ts", `"--clean", id`],
  [/^npx cdk bootstrap /, "test/deploy/organization.ts", "aws-cdk"],
  [/^npm run build -- --account/, "test/deploy/roleFiles.test.ts", "linesOfTheGuide"],
  [/^aws iam /, "test/deploy/roleFiles.test.ts", "linesOfTheGuide"],
  [/^npm run publish$/, "test/deploy/roleFiles.test.ts", "linesOfTheGuide"],
  [
    /^npm run execute -- --document /,
    "test/deploy/documents.test.ts",
    `"--document", "RespondToFinding"`,
  ],
  [/^npm pack -w packages\/contain-runbook$/, "test/packages/runbook.test.ts", "installTarball"],
  [/^npm run deploy$/, "test/deploy/deploy.test.ts", "bootstrap(emulator"],
  [
    /^npm run deploy -- -c administration=true /,
    "test/deploy/organization.test.ts",
    "administration=true",
  ],
  [
    /^npm run deploy -- -c organizationalUnits=\S+ -c copyDocument=true/,
    "test/deploy/delegated.test.ts",
    "copyDocument=true",
  ],
  [/^npm run deploy -- .*respondApprovers=arn/, "test/deploy/templates.ts", "respondApprovers=arn"],
  [
    /^npm run deploy -- .*respondSecurityHubAction/,
    "test/deploy/respond.test.ts",
    "respondSecurityHubAction=Contain",
  ],
  [/^npm run deploy -- .*protect=true/, "test/deploy/protect.test.ts", "docs/protect.md"],
  [
    /^aws ssm start-automation-execution .*ProtectEC2Evidence/,
    "test/deploy/protect.test.ts",
    "docs/protect.md",
  ],
  [/^npm run share -- --unit root/, "test/deploy/share.test.ts", `"--unit", "root"`],
  [/^aws organizations /, "test/deploy/delegated.test.ts", "register-delegated"],
  [
    /^aws cloudformation activate/,
    "test/deploy/organization.test.ts",
    "activate-organizations-access",
  ],
  [/^aws ssm send-automation-signal/, "test/deploy/respond.test.ts", "SendAutomationSignalCommand"],
  [/^aws events put-events/, "test/deploy/respond.test.ts", "PutEventsCommand"],
  [
    /^npm run (execute|contained) -- .*--accounts /,
    "test/deploy/docs.test.ts",
    "npm run execute over accounts",
  ],
];

/** Lines that no test runs. */
const cannot: readonly (readonly [line: RegExp, why: string])[] = [
  [/^aws securityhub create-action-target/, "the emulator has no Security Hub"],
];

let emulator: Emulator;
let person: Session;
/** What the examples name, by what it is called in the emulator. */
const names = new Map<string, string>();

/** Runs a line as it stands, without the questions. */
async function type(line: string): Promise<string> {
  const typed = [...names].reduce((text, [there, here]) => text.replaceAll(there, here), line);
  const [, script = "", args = ""] = /^npm run (\w+)(?: -- (.*))?$/.exec(typed) ?? [];
  expect(script, `${line} is no line of npm run`).not.toBe("");
  const asks = typed.includes("--no-dry-run") ? ["--yes"] : [];
  const ended = await person.npm(ACCOUNT, script, ...args.split(" ").filter(Boolean), ...asks);
  expect(ended.status, `${line}\n${ended.all}`).toBe(0);
  return ended.stdout;
}

beforeAll(async () => {
  emulator = await sharedEmulator();
  person = session(emulator, "lines");
  const trust = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "ssm.amazonaws.com" },
  };
  await new IAMClient(as(emulator, ACCOUNT)).send(
    new CreateRoleCommand({
      RoleName: "ContainEC2Instance-Automation",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  const published = await person.npm(ACCOUNT, "publish", "--yes");
  expect(published.status, published.all).toBe(0);
  names.set("i-0123456789abcdef0", await instance(emulator, ACCOUNT, { Incident: "4711" }));
});

const isHere = (line: string): boolean =>
  ![...elsewhere, ...cannot].some(([pattern]) => pattern.test(line));

/** Types lines one after the other, with the keys and ids that the ones before have given. */
async function typeAll(lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const shown = await type(line);
    const key = /^To release it: .* --prefix (\S+)/m.exec(shown)?.[1];
    if (key !== undefined) names.set("KEY", key);
    const id = /^Started (\S+)/m.exec(shown)?.[1];
    // Reports and releases are of the run that contained.
    if (id !== undefined && line.includes("--no-dry-run") && !line.includes("Release"))
      for (const name of ["EXECUTION_ID", SAMPLE_ID]) names.set(name, id);
  }
}

describe("each shell line of a page", () => {
  it.each(["README.md", "docs/deploy.md"])("of %s runs as it stands", async (page) => {
    const lines = linesOf(page).filter(isHere);
    expect(lines.length).toBeGreaterThan(3);
    await typeAll(lines);
  });

  it("of any other page is run by a test that is named here", () => {
    const others = pages.filter((page) => page !== "README.md" && page !== "docs/deploy.md");
    expect(others.flatMap(linesOf).filter(isHere)).toEqual([]);
  });

  it.each(elsewhere)("%s is run by %s", (pattern, file, words) => {
    expect(pages.flatMap(linesOf).filter((line) => pattern.test(line))).not.toEqual([]);
    expect(readFileSync(inProject(file), "utf8")).toContain(words);
  });

  it.each(pages)("of %s quotes what a shell would look up as names of files", (page) => {
    const bare = linesOf(page).map((line) => line.replace(/'[^']*'|"[^"]*"/g, ""));
    expect(bare.filter((line) => /[*?[]/.test(line))).toEqual([]);
  });

  it.each(cannot)("%s is run by none: %s", (pattern) => {
    expect(pages.flatMap(linesOf).filter((line) => pattern.test(line))).not.toEqual([]);
  });
});

describe("the pages", () => {
  /** As GitHub makes the address of a heading. */
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replace(/\s/g, "-");

  it.each(pages)("%s links to files and headings that are there", (page) => {
    const wrong = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
      ([, path = "", heading]) => {
        const file = path === "" ? inProject(page) : join(dirname(inProject(page)), path);
        if (!existsSync(file)) return true;
        if (heading === undefined) return false;
        const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)];
        return !headings.some(([, text = ""]) => anchor(text) === heading);
      },
    );
    expect(wrong.map(([link]) => link)).toEqual([]);
  });

  it("name no script that package.json has not, and README has every one for users", () => {
    const { scripts } = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
    const named = (page: string): readonly string[] =>
      [...textOf(page).matchAll(/\bnpm (?:run ([a-z]+)|(start|test)\b)/g)].map(
        ([, long, short = ""]) => long ?? short,
      );
    for (const page of pages)
      for (const name of named(page))
        expect(Object.keys(scripts), relative(".", page)).toContain(name);
    const users = [
      "deploy",
      "share",
      "execute",
      "status",
      "contained",
      "report",
      "build",
      "validate",
    ];
    expect(named("README.md")).toEqual(expect.arrayContaining(users));
  });

  it("README answers whoever has an incident in its first lines", () => {
    const [first = ""] = textOf("README.md")
      .split("\n")
      .filter((line) => line !== "")
      .slice(1);
    expect(first).toMatch(/^\*\*I have an incident now\.\*\*/);
  });
});
