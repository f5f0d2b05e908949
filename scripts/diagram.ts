import { readFileSync } from "node:fs";
import { Option } from "commander";
import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { chartOf } from "../common/diagram/chart.ts";
import { mermaid } from "../common/diagram/mermaid.ts";
import { svg } from "../common/diagram/svg.ts";
import { Problem } from "../common/problem.ts";
import { writeText } from "../common/write.ts";
import { compile } from "../document/compile.ts";
import { documentName } from "../document/runbook.ts";
import * as parse from "./options.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

interface Options {
  readonly format?: "svg" | "mermaid";
  readonly output?: string;
}

const line = program(
  "diagram",
  "Draws any Automation document as a flow chart: steps with their actions, branches with their conditions, failure and cancel paths apart. Without a file it renews the chart of this project's runbook (docs/runbook.svg and docs/runbook.mmd).",
  [
    ["mine.yaml > mine.svg", "as an SVG image"],
    ["mine.yaml --format mermaid", "as Mermaid, for Markdown"],
    ["mine.yaml --output mine.mmd", "the ending says the format"],
    ["", "renews the runbook's own chart in docs/"],
  ],
)
  .argument("[file]", "YAML or JSON document")
  .addOption(
    new Option("-f, --format <format>", "how to draw it (default: by --output, else svg)").choices([
      "svg",
      "mermaid",
    ]),
  )
  .option("-o, --output <path>", "write it to this file: .svg or .mmd", parse.given)
  .parse();

await command(async () => {
  const [file] = line.args;
  const { format, output } = line.opts<Options>();
  if (file !== undefined) {
    const chart = chartOf(read(file), file);
    const kind = format ?? (output?.endsWith(".mmd") ? "mermaid" : "svg");
    const drawn = kind === "svg" ? await svg(chart) : mermaid(chart);
    if (output === undefined) process.stdout.write(drawn);
    else writeText(output, drawn);
    return 0;
  }
  if (format !== undefined || output !== undefined)
    throw new Problem(
      "--format and --output are for a FILE.",
      "Name the file, or leave them out to renew the runbook's own chart.",
    );
  const python = await setUpPython("run", (text) => console.error(text));
  const chart = chartOf(compile(python).yaml, documentName);
  writeText(inProject("docs", "runbook.svg"), await svg(chart));
  writeText(inProject("docs", "runbook.mmd"), mermaid(chart));
  console.log("docs/runbook.svg and docs/runbook.mmd show the runbook of this working tree.");
  return 0;
});

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Problem(
      `${file} can't be read (${cause instanceof Error ? cause.message : cause}).`,
      "Give the path of an Automation document.",
      { cause },
    );
  }
}
