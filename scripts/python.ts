import { existsSync } from "node:fs";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { inProject } from "../build/root.ts";

/** What is to be installed: enough to run the project, or what its linters and tests need too. */
export type Extent = "run" | "develop";

const requirements = { run: "requirements.txt", develop: "requirements-dev.txt" } as const;

/**
 * Reads requirement files and says which pins this Python does not satisfy, in one line; and whether moto's
 * server, an extra of the package, can be imported.
 */
const probe = `
import importlib.metadata, pathlib, re, sys
def pins(path):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("-r "):
            yield from pins(pathlib.Path(path).parent / line[3:].strip())
        elif match := re.match(r"([A-Za-z0-9._-]+)(?:\\[.*\\])?==(\\S+)", line):
            yield match[1], match[2]
wrong = []
for name, version in pins(sys.argv[1]):
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != version:
        wrong.append(f"{name} {version} (found {found})")
if not wrong:
    try:
        import moto.ec2, moto.s3, moto.ssm, moto.cloudformation, moto.organizations, moto.moto_server.werkzeug_app
    except ImportError as error:
        wrong.append(f"moto's server ({error})")
print(", ".join(wrong))
`;

/**
 * Sees to a Python that has the pinned packages: the one that is there where it satisfies the pins, else the
 * project's own `.venv`, made and filled.
 *
 * @param say hears one line for each thing that takes a while
 * @throws Error with one sentence for a Python that is missing or too old, or packages that can't be had
 */
export async function setUpPython(extent: Extent, say: (line: string) => void): Promise<void> {
  const file = inProject(requirements[extent]);
  await newEnough();
  const missing = await lacks(findPython(), file);
  if (missing === "") return;
  const folder = inProject(".venv");
  const own = inProject(".venv", "bin", "python");
  if (!existsSync(own)) {
    say("Making .venv, the project's own Python environment");
    const made = await execa("python3", ["-m", "venv", folder], { reject: false, all: true });
    if (made.exitCode !== 0)
      throw new Error(
        `python3 -m venv failed: install Python's venv module (Debian: apt-get install python3-venv) and run the command again.\n${made.all}`,
      );
  }
  say(`Installing the pinned Python packages of ${requirements[extent]} into .venv`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", file];
  const installed = await execa(own, pip, { reject: false, all: true });
  if (installed.exitCode !== 0)
    throw new Error(`The Python packages could not be installed:\n${installed.all}`);
  const still = await lacks(own, file);
  if (still !== "") throw new Error(`Even after installing them, .venv lacks ${still}.`);
}

/** Which pins a Python does not satisfy; empty if it satisfies all. */
async function lacks(python: string, file: string): Promise<string> {
  const run = await execa(python, ["-c", probe, file], { reject: false });
  return run.exitCode === 0 ? run.stdout.trim() : "a Python that runs";
}

/** @throws Error for a python3 that is missing or older than 3.11 */
async function newEnough(): Promise<void> {
  const ask = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
  const run = await execa("python3", ["-c", ask], { reject: false });
  if (run.exitCode !== 0)
    throw new Error(
      "This project needs Python 3.11 or later, and there is no python3. Install it and run the command again.",
    );
  const [major = 0, minor = 0] = run.stdout.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 11))
    throw new Error(
      `This project needs Python 3.11 or later; python3 is ${run.stdout.trim()}. Install a newer one and run the command again.`,
    );
}
