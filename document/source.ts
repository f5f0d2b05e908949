import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inProject } from "../build/root.ts";

interface Package {
  readonly name: string;
  readonly version: string;
}

/** The name and version of this project. */
export const source = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as Package;

const lineWith = (digest: string): string =>
  `Source: ${source.name} ${source.version}, SHA-256 ${digest} of all other lines.`;

/** Stands in a description until the rest of the document is known. */
export const UNSIGNED = lineWith("0".repeat(12));

/**
 * A document whose description says where it comes from: name, version, and the beginning of the digest of all its
 * other lines, which `grep -v '^ Source: ' FILE | sha256sum` gives again.
 *
 * @param yaml a document that has the line UNSIGNED
 */
export function signed(yaml: string): string {
  const others = yaml.split("\n").filter((line) => line.trim() !== UNSIGNED);
  const digest = createHash("sha256").update(others.join("\n")).digest("hex");
  return yaml.replace(UNSIGNED, lineWith(digest.slice(0, 12)));
}
