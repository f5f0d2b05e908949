import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import manifest from "../package.json" with { type: "json" };
import type { Finding, Severity } from "./finding.ts";
import { rules } from "./rules.ts";
import { toolRules } from "./toolRules.ts";

/** Colours for the text form; the identity where none are wanted. */
export interface Colours {
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

export const formats = ["text", "json", "sarif", "github"] as const;
export type Format = (typeof formats)[number];

/**
 * The findings for a person, as JSON, as SARIF 2.1.0 for code scanning, or as annotations of GitHub's workflows. Ends with
 * a line break, but for annotations of nothing.
 */
export function report(findings: readonly Finding[], format: Format, colours: Colours): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(findings, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(sarif(findings), null, 2)}\n`;
    case "github":
      return findings.map((finding) => `${annotation(finding)}\n`).join("");
    case "text":
      return `${[...findings.map((finding) => text(finding, colours)), sumOf(findings)].join("\n")}\n`;
  }
}

const fileOf = (finding: Finding): string => finding.file ?? "document";

function text(finding: Finding, colours: Colours): string {
  const paint = { error: colours.red, warning: colours.yellow, hint: colours.cyan }[
    finding.severity
  ];
  const place = `${fileOf(finding)}:${finding.line}:${finding.column}`;
  const head = `${place} ${paint(`${finding.severity} ${finding.id}`)} ${finding.message}`;
  return [
    head,
    ...quote(finding, paint),
    ...(finding.url ? [`  ${colours.dim(finding.url)}`] : []),
  ].join("\n");
}

/** The most of a line that is quoted. */
const WIDTH = 100;

/** The line with what is meant underlined. */
function quote(
  { line, column, endLine, endColumn, excerpt }: Finding,
  paint: (text: string) => string,
): string[] {
  const whole = excerpt.replace(/\s+$/, "").replaceAll("\t", " ");
  if (whole === "") return [];
  // Of a long line, the part around the place is shown.
  const from = column > WIDTH * 0.7 ? column - 21 : 0;
  const shown = whole.slice(from, from + WIDTH);
  const end = endLine > line ? whole.length + 1 : endColumn;
  const length = Math.max(1, Math.min(end, from + WIDTH + 1) - column);
  const margin = `  ${line} | `;
  const empty = `${" ".repeat(margin.length - 2)}| `;
  return [
    `${margin}${shown}`,
    `${empty}${" ".repeat(Math.max(0, column - 1 - from))}${paint("^".repeat(length))}`,
  ];
}

export const count = (number: number, word: string): string =>
  `${number} ${word}${number === 1 ? "" : "s"}`;

function sumOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return "No finding.";
  const of = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const hints = of("hint");
  return `${count(of("error"), "error")}, ${count(of("warning"), "warning")}${hints > 0 ? `, ${count(hints, "hint")}` : ""}.`;
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(findings: readonly Finding[]): unknown {
  const entries = [
    ...toolRules.filter(({ id }) => !rules.some((rule) => rule.id === id)),
    ...rules,
  ].sort((a, b) => a.id.localeCompare(b.id));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "automation-validate",
            version: manifest.version,
            semanticVersion: manifest.version,
            rules: entries.map(({ id, summary, url, severity }) => ({
              id,
              shortDescription: { text: summary },
              ...(url !== undefined && { helpUri: url }),
              defaultConfiguration: { level: levelOf(severity) },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => ({
          ruleId: finding.id,
          ruleIndex: entries.findIndex(({ id }) => id === finding.id),
          level: levelOf(finding.severity),
          message: { text: finding.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(fileOf(finding)) },
                region: {
                  startLine: finding.line,
                  startColumn: finding.column,
                  endLine: finding.endLine,
                  endColumn: finding.endColumn,
                },
              },
              logicalLocations: [{ fullyQualifiedName: finding.path }],
            },
          ],
        })),
      },
    ],
  };
}

const levelOf = (severity: Severity): "error" | "warning" | "note" =>
  severity === "hint" ? "note" : severity;

/** A path as SARIF takes it: a URI, in which blanks, # and % are escaped. */
const uriOf = (path: string): string =>
  isAbsolute(path) ? pathToFileURL(path).href : path.split(sep).map(encodeURIComponent).join("/");

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function annotation(finding: Finding): string {
  const kind = finding.severity === "hint" ? "notice" : finding.severity;
  const { line, endLine, column, endColumn } = finding;
  // A column says nothing to GitHub where the lines differ, and its end is the last character.
  const columns =
    line === endLine ? { col: column, endColumn: Math.max(column, endColumn - 1) } : {};
  const properties = { file: fileOf(finding), line, endLine, ...columns, title: finding.id };
  const listed = Object.entries(properties).map(
    ([key, value]) => `${key}=${escapeProperty(value)}`,
  );
  const message = finding.url ? `${finding.message}\n${finding.url}` : finding.message;
  return `::${kind} ${listed.join(",")}::${escapeData(message)}`;
}

const escapeData = (value: unknown): string =>
  String(value).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (value: unknown): string =>
  escapeData(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
