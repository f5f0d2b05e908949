import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inProject } from "../../build/root.ts";
import { loadDocument, loadOther } from "../../common/document.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { source } from "../../document/source.ts";
import { installTarball, removeFolders, strangersEnvironment } from "./harness.ts";

let project = "";
/** What the compiler says of the example, and of wrong properties. */
let compiled = "";
beforeAll(async () => {
  project = await installTarball("contain-runbook", ["aws-cdk-lib", "constructs"]);
  cpSync(inProject("examples", "cdk", "app.ts"), join(project, "app.ts"));
  const wrong = [
    'import { Stack } from "aws-cdk-lib";',
    'import { ContainRunbook } from "contain-runbook";',
    "const stack = new Stack();",
    'new ContainRunbook(stack, "One", { objectLockDays: "30" });',
    'new ContainRunbook(stack, "Two", { colour: "blue" });',
  ];
  writeFileSync(join(project, "wrong.ts"), wrong.join("\n"));
  // As the project of `cdk init` does, with this project's compiler.
  const { stdout } = await execa(
    process.execPath,
    [
      inProject("node_modules", "typescript", "bin", "tsc"),
      ...["--strict", "--skipLibCheck", "--target", "es2022", "--types", "node"],
      ...["--typeRoots", inProject("node_modules", "@types"), "--module", "node16"],
      ...["app.ts", "wrong.ts"],
    ],
    { cwd: project, reject: false },
  );
  compiled = stdout;
});
afterAll(removeFolders);

test("the example's app compiles and synthesizes in an empty folder, from the tarball", async () => {
  expect(compiled).not.toContain("app.ts");
  const out = join(project, "out");
  await execa(process.execPath, ["app.js"], {
    cwd: project,
    env: { ...strangersEnvironment(project), CDK_OUTDIR: out, CDK_VALIDATION: "false" },
    extendEnv: false,
  });
  const template = Template.fromString(
    readFileSync(join(out, "IncidentResponse.template.json"), "utf8"),
  );
  for (const [Name, { yaml: Content, versionName: VersionName }] of [
    ["ContainEC2Instance", loadDocument()],
    ["RespondToFinding", loadOther(respondToFinding)],
  ] as const)
    template.hasResourceProperties("AWS::SSM::Document", { Name, Content, VersionName });
  template.hasResourceProperties("AWS::IAM::Role", {
    RoleName: "ContainEC2Instance-Automation",
    Path: "/security/",
  });
  template.resourceCountIs("AWS::S3::Bucket", 2);
  template.resourceCountIs("AWS::SNS::Topic", 1);
});

test("its properties are typed", () => {
  expect(compiled).toContain("wrong.ts(4,36): error TS2322: Type 'string' is not assignable");
  expect(compiled).toMatch(/wrong\.ts\(5,36\): error TS2353: .*'colour' does not exist/);
});

test("a setting that can't be is refused by its name, with what it must be", async () => {
  writeFileSync(
    join(project, "refused.cjs"),
    'const { Stack } = require("aws-cdk-lib");\nconst { ContainRunbook } = require("contain-runbook");\nnew ContainRunbook(new Stack(), "Contain", { objectLockDays: 30, documentName: "aws-runbook" });\n',
  );
  const { stderr } = await execa(process.execPath, ["refused.cjs"], {
    cwd: project,
    env: strangersEnvironment(project),
    extendEnv: false,
    reject: false,
  });
  expect(stderr).toContain('documentName is "aws-runbook", it must be 3 to 113 letters');
  expect(stderr).toContain("objectLockDays locks the backup bucket: set backupBucket to true");
});

test("its version is the project's, from which the documents' versions are named", () => {
  const { version } = JSON.parse(
    readFileSync(inProject("packages", "contain-runbook", "package.json"), "utf8"),
  );
  expect(version).toBe(source.version);
});
