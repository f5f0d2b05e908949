import { execa } from "execa";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { Problem } from "../common/problem.ts";
import { locks } from "./locks.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

program(
  "lock",
  "Renews the locks of the Python packages (requirements*.txt) from the pins (requirements*.in).",
  [["", "after a change of a requirements*.in"]],
).parse();

await command(async () => {
  const python = await setUpPython("develop", (line) => console.error(line));
  const [[widest]] = locks;
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
