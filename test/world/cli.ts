import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import type { World } from "./world.ts";

/** The environment in which `aws` is the project's own command line, pointed at the world's account. */
function environment(world: World): Record<string, string> {
  const own = dirname(findPython());
  const path = process.env.PATH ?? "";
  return {
    ...world.emulator.env(world.accountId),
    AWS_REGION: world.access.region,
    AWS_DEFAULT_REGION: world.access.region,
    AWS_PAGER: "",
    PATH: existsSync(join(own, "aws")) ? `${own}${delimiter}${path}` : path,
  };
}

/** Runs `aws` with these arguments; its answer as JSON, or `{}` where it gives none. Rejects if it fails. */
export async function aws(
  world: World,
  args: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await execa("aws", [...args, "--output", "json"], {
    env: environment(world),
    stdin: "ignore",
  });
  return stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

/** Runs a line that a report prints, in a shell, as a person would who pastes it; what it answers. Rejects if it fails. */
export async function paste(world: World, line: string): Promise<string> {
  const { stdout } = await execa("bash", ["-c", line], {
    env: environment(world),
    stdin: "ignore",
  });
  return stdout;
}
