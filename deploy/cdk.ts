import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { inProject } from "../build/root.ts";
import { contextArguments } from "../common/config.ts";
import { Problem } from "../common/problem.ts";

/**
 * Runs the CDK command line of this project in the project's folder, its output on the terminal.
 *
 * @param context `KEY=VALUE` arguments of `-c`
 * @param json whether standard output is for machines: CDK then prints on standard error
 * @throws Problem when it ends with another status than 0; it has said why by then
 */
export async function cdk(
  command: readonly string[],
  context: readonly string[],
  region: string,
  json = false,
): Promise<void> {
  const settings = contextArguments(context).flatMap(([key, value]) => [
    "--context",
    `${key}=${value}`,
  ]);
  // A folder of its own: two deployments at once would lock each other out of cdk.out.
  const output = mkdtempSync(join(tmpdir(), "contain-cdk-"));
  const { exitCode } = await execa(
    process.execPath,
    [
      inProject("node_modules", "aws-cdk", "bin", "cdk"),
      ...command,
      "--output",
      output,
      ...settings,
    ],
    {
      cwd: inProject(),
      stdio: ["inherit", json ? process.stderr : "inherit", "inherit"],
      reject: false,
      env: {
        AWS_REGION: region,
        CDK_DISABLE_CLI_TELEMETRY: "true",
        // Node 20 is supported here; the SDK and jsii say otherwise on every call.
        JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION: "true",
        NODE_NO_WARNINGS: "1",
      },
    },
  ).finally(() => rmSync(output, { recursive: true, force: true }));
  if (exitCode !== 0)
    throw new Problem(
      `cdk ${command[0]} ended with status ${exitCode}.`,
      "What went wrong stands above. CloudFormation puts back the stack that failed; stacks deployed before it stay as they are. Correct it and run the command again: it goes on from there.",
    );
}
