import { fileURLToPath } from "node:url";

/** An absolute path inside the repository that holds this package. */
export const inProject = (...parts: readonly string[]): string =>
  fileURLToPath(new URL(["../../..", ...parts].join("/"), import.meta.url));

/** An absolute path inside this package. */
export const inPackage = (...parts: readonly string[]): string =>
  fileURLToPath(new URL(["..", ...parts].join("/"), import.meta.url));
