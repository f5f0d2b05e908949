import { languageRequirements, setUpPython } from "automation-language/pythonSetup";
import { packageFile } from "./files.ts";

/**
 * A Python with the validator's pinned packages; set up in a folder of the user's cache where the machine has none.
 *
 * @param say hears one line if something is to be set up
 * @throws PythonSetupError
 */
export const preparePython = (say: (line: string) => void): Promise<string> =>
  setUpPython({
    requirements: [languageRequirements, packageFile("requirements.in")],
    lock: packageFile("requirements.txt"),
    say,
  });
