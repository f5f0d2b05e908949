import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import { command } from "../common/command.ts";
import { documentsNamed } from "../common/documents.ts";
import { type Compiled, compile } from "../document/compile.ts";
import { program } from "./program.ts";
import { documentFile, writeBelowDist, writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";

const { args } = program(
  "build",
  "Compiles and checks the documents, and writes them below dist/; beside each the same document with its scripts as they were written, for those who review it.",
  [
    ["", "writes dist/ContainEC2Instance.yaml and the others"],
    ["RespondToFinding", "writes that one alone"],
  ],
)
  .argument("[document]", "its name; all of them by default")
  .parse();

await command(async () => {
  const definitions = documentsNamed(args[0]);
  const python = await setUpPython("run", (line) => console.error(line));
  for (const { runbook } of definitions) await write(compile(python, runbook));
  return 0;
});

/** Writes a document in both forms, and says how long it is. */
async function write(compiled: Compiled): Promise<void> {
  const size = await writeChecked(compiled);
  const file = documentFile(compiled.name);
  const readable = file.replace(/yaml$/, "readable.yaml");
  writeBelowDist(readable, compiled.readable);
  console.log(
    `${file}: ${size} bytes, ${((100 * size) / DOCUMENT_LIMIT).toFixed(1)} % of the ${DOCUMENT_LIMIT} that Systems Manager takes${size > DOCUMENT_BUDGET ? `, over the budget of ${DOCUMENT_BUDGET}` : ""}; ${naming(compiled.renamed)}`,
  );
  const tooLong =
    Buffer.byteLength(compiled.readable) > DOCUMENT_LIMIT ? "; too long to publish" : "";
  console.log(`${readable}: the same with its scripts as they were written, to read${tooLong}`);
}

/** In which scripts names had to be shortened. */
function naming(renamed: readonly string[]): string {
  return renamed.length === 0
    ? "every name of the scripts is kept"
    : `local names are shortened in ${renamed.join(", ")}`;
}
