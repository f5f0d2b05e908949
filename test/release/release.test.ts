import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetAutomationExecutionCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { sharedEmulator } from "../account/emulator.ts";
import { as, instance, run } from "../deploy/organization.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const ACCOUNT = "111122223333";
const folder = mkdtempSync(join(tmpdir(), "contain-release-"));
const first = join(folder, "first");
const second = join(folder, "second");

const filesOf = (where: string): readonly string[] =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(where.length + 1))
    .sort();
const text = (name: string, where = first): string => readFileSync(join(where, name), "utf8");

let emulator: Emulator;
beforeAll(async () => {
  for (const output of [first, second]) {
    const made = await run("release", ["--output", output], { TZ: "Pacific/Kiritimati" });
    expect(made.status, made.all).toBe(0);
    expect(made.all).not.toContain("WARNING");
  }
  emulator = await sharedEmulator();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run release", () => {
  it("writes the same bytes each time", () => {
    expect(filesOf(second)).toEqual(filesOf(first));
    for (const name of filesOf(first)) expect(text(name, second), name).toBe(text(name));
  });

  it("names nothing of the machine and the moment that it was made in", () => {
    for (const name of filesOf(first)) {
      expect(text(name), name).not.toMatch(/\/(tmp|home|Users)\//);
      expect(text(name), name).not.toMatch(/"(timestamp|serialNumber)"/);
    }
  });

  it("refuses a folder that has something in it, and leaves it as it is", async () => {
    const before = filesOf(first);
    const refused = await run("release", ["--output", first], {});
    expect(refused.status).toBe(1);
    expect(refused.all).toContain("is not empty");
    expect(filesOf(first)).toEqual(before);
  });

  it("has every script of the document with its annotations and comments", () => {
    const { mainSteps } = parse(text("ContainEC2Instance.yaml")) as {
      mainSteps: { name: string; action: string }[];
    };
    const steps = mainSteps.filter(({ action }) => action === "aws:executeScript");
    expect(filesOf(join(first, "scripts"))).toEqual(steps.map(({ name }) => `${name}.py`).sort());
    expect(text("scripts/verdict.py")).toMatch(/^# .*\n(.*\n)*def handler\(events: .*\) -> /m);
  });

  it("lists the packages of both languages with licences, and nothing else that is installed", () => {
    for (const name of ["sbom.npm.cdx.json", "sbom.python.cdx.json"]) {
      const { components } = JSON.parse(text(name)) as {
        components: { name: string; purl: string }[];
      };
      expect(components.length).toBeGreaterThan(50);
      for (const { name: component, purl } of components) {
        expect(purl, component).toMatch(/^pkg:(npm|pypi)\//);
        expect(component).not.toBe("pip");
      }
    }
    expect(text("LICENCES.md")).toMatch(/^\| npm \| yaml \| [\d.]+ \| ISC \|$/m);
    expect(text("LICENCES.md")).toMatch(/^\| pypi \| boto3 \| [\d.]+ \| Apache/m);
  });

  it("has a template with the document byte for byte, which cfn-lint finds sound", async () => {
    const template = parse(text("ContainEC2Instance.template.yaml"), { version: "1.1" });
    const { Content } = template.Resources.Document.Properties;
    expect(Content).toBe(text("ContainEC2Instance.yaml"));
    expect(text("ContainEC2Instance.template.yaml").length).toBeLessThan(1_000_000);
    // cfn-lint can't read a document that is given as text.
    template.Resources.Document.Properties.Content = parse(Content);
    const path = join(folder, "template.json");
    writeFileSync(path, JSON.stringify(template));
    const lint = [
      "-c",
      "from cfnlint.runner import main; main()",
      "--regions",
      "us-east-1",
      "--",
      path,
    ];
    const ended = await execa(findPython(), lint, { all: true, reject: false, stdin: "ignore" });
    expect(ended.all).toBe("");
  });
});

it("a user with nothing but aws checks the release, publishes it and runs a dry run, as its README says", async () => {
  const env = { ...emulator.env(ACCOUNT), AWS_PAGER: "" };
  const bash = async (line: string): Promise<string> => {
    const ended = await execa("bash", ["-ec", line], { cwd: first, env, all: true, reject: false });
    expect(ended.exitCode, `${line}\n${ended.all}`).toBe(0);
    return ended.stdout;
  };
  const names = new Map([
    ["YOUR-BUCKET", "incident-evidence"],
    ["i-0123456789abcdef0", await instance(emulator, ACCOUNT)],
  ]);
  const [check = "", deploy = "", version = "", dryRun = ""] = [
    ...text("README.md").matchAll(/```sh\n([\s\S]*?)```/g),
  ].map(([, block = ""]) =>
    [...names].reduce((line, [there, here]) => line.replaceAll(there, here), block),
  );
  await bash("aws s3 mb s3://incident-evidence");
  await bash(check);
  await bash(
    'aws iam create-policy --policy-name Boundary --policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\'',
  );
  const bounded = `RolePath=/security/ PermissionsBoundary=arn:aws:iam::${ACCOUNT}:policy/Boundary`;
  await bash(`${deploy.trimEnd()} ${bounded}`);
  expect(text("README.md")).toContain(`\`${(await bash(version)).trim()}\``);
  const { Role } = await new IAMClient(as(emulator, ACCOUNT)).send(
    new GetRoleCommand({ RoleName: "ContainEC2Instance-Automation" }),
  );
  expect(Role).toMatchObject({
    Path: "/security/",
    PermissionsBoundary: { PermissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/Boundary` },
  });
  const [role = "", start = ""] = dryRun.split("\n");
  const started = JSON.parse(await bash(`${role}\n${start}`)) as { AutomationExecutionId: string };
  await emulator.engine.settled(started.AutomationExecutionId);
  const { AutomationExecution } = await new SSMClient(as(emulator, ACCOUNT)).send(
    new GetAutomationExecutionCommand(started),
  );
  expect(AutomationExecution?.AutomationExecutionStatus, AutomationExecution?.FailureMessage).toBe(
    "Success",
  );
  expect(JSON.stringify(AutomationExecution?.Outputs)).toContain("ModifyNetworkInterfaceAttribute");
});
