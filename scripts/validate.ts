import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { checkDocument } from "../build/checks/check.ts";
import type { Finding } from "../build/checks/finding.ts";
import { report } from "../build/checks/report.ts";
import { loadRules } from "../build/checks/rules.ts";
import { findPython } from "../build/python/python.ts";
import { compile } from "../document/compile.ts";

/** `npm run validate [-- FILE…]`: checks Automation documents. Exit status 1 for errors, 2 for a file that can't be read. */
interface Options {
  readonly format: "text" | "json" | "sarif";
}

const command = new Command("validate")
  .description("Checks SSM Automation documents; this project's own where no file is given.")
  .argument("[files...]", "YAML or JSON documents")
  .addOption(
    new Option("-f, --format <format>", "how to print the findings")
      .choices(["text", "json", "sarif"])
      .default("text"),
  )
  .parse();
const { format } = command.opts<Options>();

const findings: Finding[] = [];
if (command.args.length === 0) {
  const { yaml, permissions } = compile(findPython());
  findings.push(
    ...(await checkDocument(yaml, {
      file: "dist/ContainEC2Instance.yaml",
      declaredPermissions: permissions,
    })),
  );
}
let unreadable = false;
for (const file of command.args) {
  const text = read(file);
  if (text === undefined) unreadable = true;
  else findings.push(...(await checkDocument(text, { file: relative(process.cwd(), file) })));
}
process.stdout.write(report(findings, await loadRules(), format, pc));
if (unreadable) process.exitCode = 2;
else if (findings.some(({ severity }) => severity === "error")) process.exitCode = 1;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    console.error(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
