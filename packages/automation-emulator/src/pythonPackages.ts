import { languageRequirements, setUpPython } from "automation-language/pythonSetup";
import { packageFile } from "./files.ts";

/** Modules of moto's extras, which a plain moto of the right version may lack. */
export const modules = [
  "moto.ec2",
  "moto.s3",
  "moto.ssm",
  "moto.cloudformation",
  "moto.organizations",
  "moto.moto_server.werkzeug_app",
] as const;

/**
 * A Python with the emulator's pinned packages; set up in a folder of the user's cache where the machine has none.
 *
 * @param say hears one line if something is to be set up
 * @throws PythonSetupError
 */
export const preparePython = (say: (line: string) => void): Promise<string> =>
  setUpPython({
    requirements: [languageRequirements, packageFile("requirements.in")],
    lock: packageFile("requirements.txt"),
    modules,
    say,
  });
