import { modules } from "automation-emulator/pythonPackages";
import { PythonSetupError, setUpPython as setUp } from "automation-language/pythonSetup";
import { inProject } from "../build/root.ts";

/** What is to be installed: enough to run the project, or what its linters and tests need too. */
export type Extent = "run" | "develop";

/** Each extent's pins (.in), and the lock made of them (.txt). */
const requirements = { run: "requirements", develop: "requirements-dev" } as const;

/**
 * Sees to a Python that has the pinned packages: the one that is there where it satisfies the pins, else the
 * project's own `.venv`, made and filled.
 *
 * @param say hears one line for each thing that takes a while
 * @param verbose whether an error has what the tool said with it, beside its own sentence
 * @returns the path of the Python
 * @throws PythonSetupError with a sentence for a Python that is missing or too old, or packages that can't be had
 */
export async function setUpPython(
  extent: Extent,
  say: (line: string) => void,
  verbose = false,
): Promise<string> {
  try {
    return await setUp({
      requirements: [inProject(`${requirements[extent]}.in`)],
      lock: inProject(`${requirements[extent]}.txt`),
      modules,
      folder: inProject(".venv"),
      say,
    });
  } catch (error) {
    if (!(error instanceof PythonSetupError) || error.details === "") throw error;
    throw new PythonSetupError(
      verbose
        ? `${error.message}\n${error.details.trim()}`
        : `${error.message}\n  npm run setup -- --verbose shows all that was said.`,
    );
  }
}
