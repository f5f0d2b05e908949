import { execa } from "execa";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { Problem } from "../common/problem.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

program(
  "lock",
  "Renews the locks of the Python packages (requirements*.txt) from the pins (requirements*.in).",
  [["", "after a change of a requirements*.in"]],
).parse();

/** The widest first: the others take its versions. */
const locks: readonly (readonly [lock: string, ...pins: readonly string[]])[] = [
  ["requirements-dev.txt", "requirements-dev.in"],
  ["requirements.txt", "requirements.in"],
  ...["automation-validator", "automation-emulator"].map(
    (name) =>
      [
        `packages/${name}/src/requirements.txt`,
        `packages/${name}/src/requirements.in`,
        "packages/automation-language/src/requirements-language.in",
      ] as const,
  ),
];

await command(async () => {
  const python = await setUpPython("develop", (line) => console.error(line));
  const [[widest]] = locks as [(typeof locks)[number]];
  for (const [lock, ...pins] of locks) {
    // For every platform and each Python from 3.11 on, whatever this machine is.
    const compile = ["--universal", "--python-version", "3.11", "--generate-hashes"];
    const consistent = lock === widest ? [] : ["--constraints", widest];
    const { exitCode, stderr } = await execa(
      python,
      ["-m", "uv", "pip", "compile", ...pins, "-o", lock, ...compile, ...consistent],
      { cwd: inProject(), reject: false },
    );
    if (exitCode !== 0)
      throw new Problem(
        `The lock ${lock} can't be made: ${stderr.trim()}.`,
        `Correct the pins in ${pins.join(" and ")}, then run the command again.`,
      );
    console.log(`${lock}: made of ${pins.join(" and ")}`);
  }
  return 0;
});
