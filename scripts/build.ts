import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import { command } from "../common/command.ts";
import { compile } from "../document/compile.ts";
import { program } from "./program.ts";
import { documentFile, writeBelowDist, writeChecked } from "./publishable.ts";
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
  writeBelowDist(readable, compile(python, 0).yaml);
  console.log(
    `${documentFile}: ${size} bytes, ${((100 * size) / DOCUMENT_LIMIT).toFixed(1)} % of the ${DOCUMENT_LIMIT} that Systems Manager takes${size > DOCUMENT_BUDGET ? `, over the budget of ${DOCUMENT_BUDGET}` : ""}; ${shortening(compiled.levels)}`,
  );
  console.log(
    `${readable}: the same with its scripts as they were written, to read; too long to publish`,
  );
  return 0;
});

/** How many scripts were shortened to which level. */
function shortening(levels: Readonly<Record<string, number>>): string {
  const count = new Map<number, number>();
  for (const level of Object.values(levels)) count.set(level, (count.get(level) ?? 0) + 1);
  const parts = [...count].sort(([a], [b]) => a - b).map(([level, many]) => `${many} to ${level}`);
  return `scripts shortened: ${parts.join(", ")} (0: as written, 5: most)`;
}
