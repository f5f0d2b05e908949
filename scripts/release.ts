import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "commander";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { Problem } from "../common/problem.ts";
import { writeText } from "../common/write.ts";
import { compile } from "../document/compile.ts";
import { given } from "./options.ts";
import { program } from "./program.ts";
import { documentFile, writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";
import { releaseFiles } from "./release/files.ts";

const own = inProject("dist", "release");
const { output } = program(
  "release",
  "Writes what a user needs without Node.js: the document, its hash, readable scripts, a CloudFormation template, bills of materials. The same bytes each time.",
  [
    ["", "writes dist/release/"],
    ["--output /tmp/again", "writes it elsewhere, to compare"],
  ],
)
  .addOption(
    new Option("-o, --output <folder>", "where to write it")
      .argParser(given)
      .default(own, "dist/release"),
  )
  .parse()
  .opts<{ readonly output: string }>();

await command(async () => {
  const folder = resolve(output);
  refuseFull(folder);
  const python = await setUpPython("develop", (line) => console.error(line));
  const compiled = compile(python);
  await writeChecked(compiled);
  const files = await releaseFiles(compiled, documentFile(compiled.name), python);
  if (folder === own) rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of files) writeText(join(folder, name), text);
  console.log(files.get("SHA256SUMS")?.trimEnd());
  console.log(`${files.size} files in ${output}`);
  return 0;
});

/** @throws Problem for a folder that has something in it, but for the project's own, which is made anew */
function refuseFull(folder: string): void {
  if (folder !== own && existsSync(folder) && readdirSync(folder).length > 0)
    throw new Problem(
      `The folder ${folder} is not empty, and nothing in it is overwritten.`,
      "Name a new folder with --output.",
    );
}
