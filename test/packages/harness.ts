import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { inProject } from "../../build/root.ts";

const made: string[] = [];

/** Removes the folders that were made here, and no other. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/**
 * An empty folder of a stranger, in which a workspace package is installed from its tarball.
 *
 * @param peers packages that the stranger has already: they are taken from this project, which spares a large download
 */
export async function installTarball(name: string, peers: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  made.push(folder);
  const packing = ["pack", "-w", `packages/${name}`, "--pack-destination", folder, "--json"];
  const { stdout } = await execa("npm", packing, { cwd: inProject() });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--no-save"];
  const have = peers.map((peer) => inProject("node_modules", peer));
  await execa("npm", ["install", ...quiet, ...have, join(folder, filename)], { cwd: project });
  return project;
}

/** The environment of a machine with Node and Python alone: nothing of this project on the way. */
export const strangersEnvironment = (project: string): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: project,
  XDG_CACHE_HOME: join(project, "cache"),
});
