import { sep } from "node:path";
import type { Finding } from "./finding.ts";
import type { Rule } from "./rule.ts";

/** Colours for the text form; the identity where none are wanted. */
export interface Colours {
  red(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

/** The findings as text for a person, as JSON, or as SARIF 2.1.0 for code scanning. Ends with a line break. */
export function report(
  findings: readonly Finding[],
  rules: readonly Rule[],
  format: "text" | "json" | "sarif",
  colours: Colours,
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(findings, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(sarif(findings, rules), null, 2)}\n`;
    case "text":
      return text(findings, colours);
  }
}

function text(findings: readonly Finding[], colours: Colours): string {
  const lines = findings.map((finding) => {
    const colour = finding.severity === "error" ? colours.red : colours.yellow;
    const place = `${finding.file ?? "document"}:${finding.line}:${finding.column}`;
    return `${place} ${colour(`${finding.severity} ${finding.id}`)} ${finding.message}\n  ${colours.dim(`${finding.path || "/"} ${finding.url}`)}`;
  });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const sum =
    findings.length === 0
      ? "No finding."
      : `${count(errors, "error")}, ${count(findings.length - errors, "warning")}.`;
  return `${[...lines, sum].join("\n")}\n`;
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(findings: readonly Finding[], rules: readonly Rule[]): unknown {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "validate",
            rules: rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.summary },
              helpUri: rule.url,
              defaultConfiguration: { level: rule.severity },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.id,
          level: finding.severity,
          message: { text: finding.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(finding.file ?? "document") },
                region: { startLine: finding.line, startColumn: finding.column },
              },
              logicalLocations: [{ fullyQualifiedName: finding.path }],
            },
          ],
        })),
      },
    ],
  };
}

/** A path as SARIF takes it: a URI, in which blanks, # and % are escaped. */
const uriOf = (path: string): string => path.split(sep).map(encodeURIComponent).join("/");
