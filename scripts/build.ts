import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { loadConfig } from "../common/config.ts";
import { documentsNamed } from "../common/documents.ts";
import { table } from "../common/table.ts";
import { writeText } from "../common/write.ts";
import { roleFiles } from "../deploy/roleFiles.ts";
import { type Compiled, compile } from "../document/compile.ts";
import type { DocumentDefinition } from "../document/documents.ts";
import { knownFindings } from "./knownFindings.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";
import { documentFile, writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";

const line = program(
  "build",
  "Compiles and checks the documents, and writes them below dist/; beside each the same document with its scripts as they were written, for those who review it.",
  [
    ["", "writes dist/ContainEC2Instance.yaml and the others"],
    ["RespondToFinding", "writes that one alone"],
    ["--account 111122223333", "writes also what their roles may, for Terraform and aws iam"],
  ],
)
  .argument("[document]", "its name; all of them by default")
  .option(
    "-a, --account <id>",
    "also write the policy and trust of each document's role in this account, as JSON",
    parse.accountId,
  )
  .option(
    "-c, --context <name=value>",
    "with --account: a setting over that of cdk.json",
    parse.settings,
    [],
  )
  .parse();
const { account, context } = line.opts<{
  readonly account?: string;
  readonly context: readonly string[];
}>();

await command(async () => {
  const definitions = documentsNamed(line.args[0]);
  const python = await setUpPython("run", (line) => console.error(line));
  for (const { runbook } of definitions) await write(compile(python, runbook), python);
  if (account !== undefined) for (const each of definitions) writeRole(each, account);
  return 0;
});

/** Writes what the role of a document may in an account, and who may assume it. */
function writeRole(definition: DocumentDefinition, id: string): void {
  const config = loadConfig(context);
  const own = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  const regions = config.regions.length > 0 || own === undefined ? config.regions : [own];
  const made = roleFiles(definition, config, id, regions);
  for (const part of ["policy", "trust"] as const) {
    const file = documentFile(definition.runbook.name).replace(/yaml$/, `${part}.json`);
    writeText(inProject(file), made[part]);
    console.log(`${file}: the ${part} of its role in account ${id}`);
  }
}

/** Writes a document in both forms, and says how long it is. */
async function write(compiled: Compiled, python: string): Promise<void> {
  const size = await writeChecked(compiled, (text, options) =>
    knownFindings(text, { ...options, python }, process.argv[1] ?? ""),
  );
  const file = documentFile(compiled.name);
  const readable = file.replace(/yaml$/, "readable.yaml");
  writeText(inProject(readable), compiled.readable);
  console.log(
    `${file}: ${size} bytes, ${((100 * size) / DOCUMENT_LIMIT).toFixed(1)} % of the ${DOCUMENT_LIMIT} that Systems Manager takes${size > DOCUMENT_BUDGET ? `, over the budget of ${DOCUMENT_BUDGET}` : ""}; ${naming(compiled.renamed)}`,
  );
  console.log(bytesByStep(compiled));
  console.log(bytesByModule(compiled));
  const tooLong =
    Buffer.byteLength(compiled.readable) > DOCUMENT_LIMIT ? "; too long to publish" : "";
  console.log(`${readable}: the same with its scripts as they were written, to read${tooLong}`);
}

/** What each step takes of the document: its script, and the rest. */
function bytesByStep({ yaml, scripts }: Compiled): string {
  const parts = yaml.split(/^(?=-\n)/m);
  const rows = parts.slice(1).map((text): [string, number, number] => {
    const name = /^ name: (\S+)/m.exec(text)?.[1] ?? "";
    // Each line of a script is indented.
    const script = [...(scripts.get(name) ?? "").trimEnd().split("\n")].filter(
      (line) => line !== "",
    );
    const bytes = script.reduce((sum, line) => sum + Buffer.byteLength(line) + 4, 0);
    return [name, bytes, Buffer.byteLength(text) - bytes];
  });
  const sorted = rows.sort(([, a, b], [, c, d]) => c + d - a - b);
  return table(
    ["Step", "Script", "Rest", "Bytes"],
    [
      ...sorted.map(([name, script, rest]) => [name, script, rest, script + rest]),
      [
        "(description, parameters, outputs)",
        0,
        Buffer.byteLength(parts[0] ?? ""),
        Buffer.byteLength(parts[0] ?? ""),
      ],
    ],
  );
}

/** What each file below steps/ takes in all scripts together, without their indentation. */
function bytesByModule({ bytes }: Compiled): string {
  const modules = new Map<string, { scripts: number; sum: number }>();
  for (const [step, files] of bytes)
    for (const [file, size] of Object.entries(files)) {
      const key = file === "handler.py" ? `${step}/handler.py` : file;
      const { scripts, sum } = modules.get(key) ?? { scripts: 0, sum: 0 };
      modules.set(key, { scripts: scripts + 1, sum: sum + size });
    }
  const sorted = [...modules].sort(([, a], [, b]) => b.sum - a.sum);
  return table(
    ["File", "In scripts", "Bytes"],
    sorted.map(([file, { scripts, sum }]) => [file, scripts, sum]),
  );
}

/** In which scripts names had to be shortened. */
function naming(renamed: readonly string[]): string {
  return renamed.length === 0
    ? "every name of the scripts is kept"
    : `local names are shortened in ${renamed.join(", ")}`;
}
