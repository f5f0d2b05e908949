import { findPython } from "automation-language/python";
import pc from "picocolors";
import { setUpPython } from "./python.ts";

/** `npm run setup`: sees to a Python with the pinned packages. `npm start` and `npm test` do it by themselves. */
try {
  await setUpPython("develop", (line) => console.log(pc.dim(line)));
  console.log(`Ready: ${findPython()} has the pinned packages.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
