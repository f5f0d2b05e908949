import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installTarball, removeFolders, strangersEnvironment } from "./harness.ts";

let project = "";
beforeAll(async () => {
  project = await installTarball("automation-validator");
});
afterAll(removeFolders);

test("the validator's tarball checks a file in an empty folder", async () => {
  const step = '{name: a, action: "aws:executeAwsApi", inputs: {Service: ec2, Api: DescribeVpc}}';
  writeFileSync(join(project, "mine.yaml"), `schemaVersion: "0.3"\nmainSteps:\n- ${step}\n`);
  const run = await execa("npx", ["--no", "--", "automation-validate", "mine.yaml"], {
    cwd: project,
    env: strangersEnvironment(project),
    extendEnv: false,
    reject: false,
  });
  expect(run.exitCode, run.stderr).toBe(1);
  expect(run.stdout).toContain("did you mean DescribeVpcs");
});
