import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * The folder of botocore's service models (`<service>/<version>/service-2.json.gz`), which are AWS's own
 * description of every operation: names, types and wire format.
 *
 * @throws Error when that Python has no botocore.
 */
export async function botocoreModels(python: string): Promise<string> {
  const program =
    "import importlib.util as u, os; s = u.find_spec('botocore'); print(os.path.join(os.path.dirname(s.origin), 'data'))";
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", program]);
    return stdout.trim();
  } catch (cause) {
    throw new Error(
      `${python} has no botocore, which the emulator needs. Run \`npm run setup\`, then start it again.`,
      { cause },
    );
  }
}
