import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import type { TestAccount } from "./testAccount.ts";

/** The environment in which `aws` is the project's own command line, pointed at the world's account. */
function environment(testAccount: TestAccount): Record<string, string> {
  const own = dirname(findPython());
  const path = process.env.PATH ?? "";
  return {
    ...testAccount.emulator.env(testAccount.accountId),
    AWS_REGION: testAccount.access.region,
    AWS_DEFAULT_REGION: testAccount.access.region,
    AWS_PAGER: "",
    PATH: existsSync(join(own, "aws")) ? `${own}${delimiter}${path}` : path,
  };
}

/** Runs `aws` with these arguments; its answer as JSON, or `{}` where it gives none. Rejects if it fails. */
export async function aws(
  testAccount: TestAccount,
  args: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await execa("aws", [...args, "--output", "json"], {
    env: environment(testAccount),
    stdin: "ignore",
  });
  return stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

/** Runs a line that a report prints, in a shell, as a person would who pastes it; what it answers. Rejects if it fails. */
export async function paste(testAccount: TestAccount, line: string): Promise<string> {
  const { stdout } = await execa("bash", ["-c", line], {
    env: environment(testAccount),
    stdin: "ignore",
  });
  return stdout;
}
