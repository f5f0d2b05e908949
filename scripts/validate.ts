import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import type { Finding } from "automation-validator/finding";
import { measure } from "automation-validator/mutation/measure";
import { letGo, warmUp } from "automation-validator/python/inspect";
import { report } from "automation-validator/report";
import { loadRules } from "automation-validator/rules";
import Table from "cli-table3";
import { Option } from "commander";
import pc from "picocolors";
import { compile } from "../document/compile.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";

/**
 * `npm run validate [-- FILE…]`: checks Automation documents, this project's own where no file is given.
 * Exit status 1 where a document has an error, 2 where a file can't be read or the checks can't run.
 */
interface Options {
  readonly format: "text" | "json" | "sarif";
  /** Absent, or how many; true where no number is given. */
  readonly mutants?: number | true;
  readonly rules?: true;
}

const MUTANTS = 400;

const command = program(
  "validate",
  "Checks SSM Automation documents; this project's own where no file is given. Exit status 1 for a document with an error, 2 for a file that can't be read.",
  [
    ["", "checks the runbook of this working tree"],
    ["mine.yaml --format sarif", "checks any document, for code scanning"],
    ["--rules", "lists what is checked"],
  ],
)
  .argument("[files...]", "YAML or JSON documents")
  .addOption(
    new Option("-f, --format <format>", "how to print the findings")
      .choices(["text", "json", "sarif"])
      .default("text"),
  )
  .option(
    "--mutants [count]",
    "break this project's own document in so many ways and print how many are caught",
    parse.count,
  )
  .option("--rules", "print the list of the rules")
  .parse();

const python = findPython();
try {
  // It starts while the document is compiled or read.
  warmUp(python);
  const { format, mutants, rules } = command.opts<Options>();
  if (rules) await printRules();
  else if (mutants !== undefined) await printMutants(mutants === true ? MUTANTS : mutants);
  else {
    const findings =
      command.args.length === 0
        ? await checkOwn()
        : (await Promise.all(command.args.map(checkFile))).flat();
    const nothingRead = command.args.length > 0 && process.exitCode === 2 && findings.length === 0;
    if (!nothingRead) process.stdout.write(report(findings, await loadRules(), format, pc));
    if (findings.some(({ severity }) => severity === "error")) process.exitCode ??= 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
} finally {
  letGo(python);
}

async function printRules(): Promise<void> {
  for (const { id, severity, summary, url } of await loadRules())
    console.log(
      `${id.padEnd(9)} ${severity.padEnd(8)} ${summary}\n${pc.dim(`${" ".repeat(19)}${url}`)}`,
    );
}

async function checkOwn(): Promise<Finding[]> {
  const { yaml, permissions } = compile(python);
  const file = "dist/ContainEC2Instance.yaml";
  return checkDocument(yaml, { file, declaredPermissions: permissions });
}

async function checkFile(file: string): Promise<Finding[]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    console.error(`${file} can't be read: ${reasonOf(error)}`);
    process.exitCode = 2;
    return [];
  }
  if (!isUtf8(bytes)) {
    console.error(`${file} can't be read: it is not text in UTF-8`);
    process.exitCode = 2;
    return [];
  }
  return checkDocument(bytes.toString("utf8"), { file: relative(process.cwd(), file) });
}

/** What a person understands of why a file can't be read. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "reading it is not permitted";
  return error instanceof Error ? error.message : String(error);
}

async function printMutants(count: number): Promise<void> {
  const { yaml, permissions } = compile(python);
  const { rows, mutants, caught, survivors } = await measure(yaml, permissions, 1, count);
  const table = new Table({
    head: ["mutation", "mutants", "caught", "share"],
    style: { head: [], border: [], compact: true },
  });
  for (const row of [...rows, { kind: "all", mutants, caught }])
    table.push([
      row.kind,
      row.mutants,
      row.caught,
      `${((100 * row.caught) / row.mutants).toFixed(1)} %`,
    ]);
  console.log(table.toString());
  for (const { kind, place } of survivors) console.log(`not caught: ${kind}: ${place}`);
}
