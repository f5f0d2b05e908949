/** The findings of documents, kept until anything changes that they depend on. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CheckOptions, checkDocument } from "automation-validator/check";
import type { Finding } from "automation-validator/finding";
import { digestOf, keptLater } from "../build/inline/cache.ts";
import { identityOf, pythonFiles } from "../build/inline/inline.ts";
import { inProject } from "../build/root.ts";

/**
 * What `checkDocument` finds in a document: now, or when the same validator looked at the same document with the same
 * Python before. For a command that is run again and again while one writes; what is published is looked at each time.
 *
 * @param program the file that runs: it holds the validator's code, and names what was taken of packages
 */
export async function knownFindings(
  text: string,
  options: CheckOptions & { readonly python: string },
  program: string,
  folder = inProject("dist", "cache"),
): Promise<Finding[]> {
  const state = stateOf(options.python, program);
  if (state === undefined) return checkDocument(text, options);
  const digest = digestOf([text, JSON.stringify(options), ...state]);
  const make = async (): Promise<string> => JSON.stringify(await checkDocument(text, options));
  return JSON.parse(await keptLater(folder, "findings", digest, make)) as Finding[];
}

/** The state of all that checks; undefined where it can't be known, as of a Python that is looked for on the PATH. */
function stateOf(python: string, program: string): readonly string[] | undefined {
  const interpreter = identityOf(python);
  if (interpreter === undefined) return undefined;
  const inspectors = pythonFiles(inProject("packages", "automation-validator", "src", "python"));
  try {
    const files = [program, inProject("package-lock.json"), ...inspectors];
    const texts = files.flatMap((file) => [file, readFileSync(file, "utf8")]);
    return [...interpreter, packagesOf(python), ...texts];
  } catch {
    return undefined;
  }
}

/** When a package was last put into the environment of a Python, or taken out of it. */
function packagesOf(python: string): string {
  const environment = dirname(dirname(python));
  const packages = readdirSync(join(environment, "lib")).map((name) =>
    join(environment, "lib", name, "site-packages"),
  );
  // A Python without such a file is the system's, of whose packages nothing is known.
  const paths = [join(environment, "pyvenv.cfg"), ...packages];
  return paths.map((path) => `${path} ${statSync(path).mtimeMs}`).join("\n");
}
