import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: the nearest one above this module that holds package.json. Holds for modules in place (vitest) and for joined ones (dist/run). */
export const projectRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${import.meta.url}`);
    folder = parent;
  }
  return folder;
})();

/** An absolute path inside the project. */
export const inProject = (...parts: readonly string[]): string => join(projectRoot, ...parts);
