import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { writeText } from "../common/write.ts";
import { compile } from "../document/compile.ts";
import { program } from "./program.ts";
import { documentFile, writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";

program(
  "build",
  "Compiles and checks the document, and writes it below dist/; beside it the same document with its scripts as they were written, for those who review it.",
  [["", "writes dist/ContainEC2Instance.yaml"]],
).parse();

await command(async () => {
  const python = await setUpPython("run", (line) => console.error(line));
  const compiled = compile(python);
  const size = await writeChecked(compiled);
  const readable = documentFile.replace(/yaml$/, "readable.yaml");
  writeText(inProject(readable), compiled.readable);
  console.log(
    `${documentFile}: ${size} bytes, ${((100 * size) / DOCUMENT_LIMIT).toFixed(1)} % of the ${DOCUMENT_LIMIT} that Systems Manager takes${size > DOCUMENT_BUDGET ? `, over the budget of ${DOCUMENT_BUDGET}` : ""}; ${naming(compiled.renamed)}`,
  );
  console.log(
    `${readable}: the same with its scripts as they were written, to read; too long to publish`,
  );
  return 0;
});

/** In which scripts names had to be shortened. */
function naming(renamed: readonly string[]): string {
  return renamed.length === 0
    ? "every name of the scripts is kept"
    : `local names are shortened in ${renamed.join(", ")}`;
}
