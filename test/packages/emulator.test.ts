import { join } from "node:path";
import { createInterface } from "node:readline";
import { EC2Client, paginateDescribeVpcs } from "@aws-sdk/client-ec2";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installTarball, removeFolders, strangersEnvironment } from "./harness.ts";

let project = "";
beforeAll(async () => {
  project = await installTarball("automation-emulator");
});
afterAll(removeFolders);

test("the emulator's tarball runs in an empty folder", async () => {
  const child = execa("npx", ["--no", "--", "automation-emulator", "--port", "0"], {
    cwd: project,
    env: strangersEnvironment(project),
    extendEnv: false,
    reject: false,
    detached: true,
  });
  try {
    const environment: Record<string, string> = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) environment[name] = value;
      if (line.includes("Ctrl-C ends it")) break;
    }
    const client = new EC2Client({
      endpoint: environment.AWS_ENDPOINT_URL ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID ?? "", secretAccessKey: "x" },
    });
    const { value: page } = await paginateDescribeVpcs({ client }, {}).next();
    expect(page?.Vpcs).toMatchObject([{ IsDefault: true }]);
  } finally {
    // As Ctrl-C does: to npx and all that it started.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  }
  const { stderr } = await child;
  expect(stderr).not.toContain("Error");
});

test("its --help is help and starts nothing", async () => {
  const run = await execa(join("node_modules", ".bin", "automation-emulator"), ["--help"], {
    cwd: project,
    env: strangersEnvironment(project),
    extendEnv: false,
  });
  expect(run.stdout).toContain("--port");
  expect(run.stderr).toBe("");
});
