import { readFileSync } from "node:fs";
import { relative } from "node:path";
import Table from "cli-table3";
import { Command, Option } from "commander";
import pc from "picocolors";
import { checkDocument } from "../build/checks/check.ts";
import type { Finding } from "../build/checks/finding.ts";
import { report } from "../build/checks/report.ts";
import { loadRules } from "../build/checks/rules.ts";
import { type Measurement, measure } from "../build/mutation/measure.ts";
import { letGo, warmUp } from "../build/python/inspect.ts";
import { findPython } from "../build/python/python.ts";
import { compile } from "../document/compile.ts";

/** `npm run validate [-- FILE…]`: checks Automation documents. Exit status 1 for errors, 2 for a file that can't be read. */
interface Options {
  readonly format: "text" | "json" | "sarif";
  readonly mutants?: string | true;
}

const command = new Command("validate")
  .description("Checks SSM Automation documents; this project's own where no file is given.")
  .argument("[files...]", "YAML or JSON documents")
  .addOption(
    new Option("-f, --format <format>", "how to print the findings")
      .choices(["text", "json", "sarif"])
      .default("text"),
  )
  .option(
    "--mutants [count]",
    "break this project's own document in so many ways and print how many are caught",
  )
  .parse();
const { format, mutants } = command.opts<Options>();

warmUp(findPython());
const findings: Finding[] = [];
if (mutants !== undefined) {
  const { yaml, permissions } = compile(findPython());
  const measured = await measure(yaml, permissions, 1, mutants === true ? 400 : Number(mutants));
  console.log(mutationTable(measured));
} else if (command.args.length === 0) {
  const { yaml, permissions } = compile(findPython());
  findings.push(
    ...(await checkDocument(yaml, {
      file: "dist/ContainEC2Instance.yaml",
      declaredPermissions: permissions,
    })),
  );
}
let readable = 0;
for (const file of command.args) {
  const text = read(file);
  if (text === undefined) continue;
  readable += 1;
  findings.push(...(await checkDocument(text, { file: relative(process.cwd(), file) })));
}
letGo(findPython());
const printed = command.args.length === 0 ? mutants === undefined : readable > 0;
if (printed) process.stdout.write(report(findings, await loadRules(), format, pc));
if (readable < command.args.length) process.exitCode = 2;
else if (findings.some(({ severity }) => severity === "error")) process.exitCode = 1;

function mutationTable({ rows, mutants: all, caught, survivors }: Measurement): string {
  const table = new Table({
    head: ["mutation", "mutants", "caught", "share"],
    style: { head: [], border: [], compact: true },
  });
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  for (const row of rows)
    table.push([row.kind, row.mutants, row.caught, share(row.caught, row.mutants)]);
  table.push(["all", all, caught, share(caught, all)]);
  const left = survivors.map(({ kind, place }) => `  ${kind}: ${place}`);
  return [table.toString(), "Not caught:", ...left].join("\n");
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    console.error(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
