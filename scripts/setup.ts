import pc from "../common/colours.ts";
import { command } from "../common/command.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

const { verbose } = program(
  "setup",
  "Sees to a Python with the pinned packages: the system's own where it has them, else .venv. npm start and npm test do it by themselves.",
  [["", "sets up what the tests and linters need"]],
)
  .option("--verbose", "print what pip says when packages can't be installed", false)
  .parse()
  .opts<{ readonly verbose: boolean }>();

await command(async () => {
  const python = await setUpPython("develop", (line) => console.log(pc.dim(line)), verbose);
  console.log(`Ready: ${python} has the pinned packages.`);
  return 0;
});
