import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { checkDocument, knownIds } from "../src/check.ts";
import { report } from "../src/report.ts";

const same = (text: string) => text;
const plain = { red: same, yellow: same, cyan: same, dim: same };

const broken = `schemaVersion: "0.3"
parameters:
  P: {type: String}
mainSteps:
- name: a
  action: aws:executeScript
  inputs:
    Runtime: python3.8
    Handler: handler
    Script: |
      def handler(events, context):
        return undefined_name
`;
const findings = () => checkDocument(broken, { file: "a.yaml" });

describe("the text", () => {
  it("quotes the line and underlines what is meant", async () => {
    const lines = report(await findings(), "text", plain).split("\n");
    const at = lines.findIndex((line) => line.includes("SCRIPT03"));
    expect(lines.slice(at, at + 3)).toEqual([
      "a.yaml:8:14 error SCRIPT03 a: Automation does not run python3.8; write python3.12",
      "  8 |     Runtime: python3.8",
      "    |              ^^^^^^^^^",
    ]);
    const script = lines.findIndex((line) => line.includes("undefined_name") && line.includes("|"));
    expect(lines[script + 1]).toBe(`     |${" ".repeat(16)}${"^".repeat(14)}`);
    expect(lines.at(-2)).toMatch(/^\d errors, \d warnings?\.$/);
  });

  it("shows of a long line the part that is meant", async () => {
    const long = `{"schemaVersion": "0.3", "description": "${"x".repeat(500)}", "mainSteps": []}`;
    const text = report(await checkDocument(long, { file: "x.json" }), "text", plain);
    expect(text).toContain('"mainSteps": []');
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(130);
  });
});

describe("SARIF", () => {
  it("keeps to its schema, with regions, versions and an entry for every rule", async () => {
    const all = [
      ...(await findings()),
      ...(await checkDocument("a: [", { file: "/else where/b.yaml" })),
      ...(await checkDocument("a: 1 # automation-validate-ignore: REF99", { file: "c.yaml" })),
    ];
    const log = JSON.parse(report(all, "sarif", plain));
    // Of an older draft: its names for itself are not those of today.
    const { $schema: _, id: __, ...rest } = schema;
    const validate = new Ajv({
      strict: false,
      validateFormats: false,
      unicodeRegExp: false,
    }).compile(rest);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    const [{ tool, results }] = log.runs;
    expect(tool.driver.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(tool.driver.rules.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [...new Set(knownIds)].toSorted(),
    );
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      const { region, artifactLocation } = locations[0].physicalLocation;
      expect(region.endLine * 1e6 + region.endColumn).toBeGreaterThanOrEqual(
        region.startLine * 1e6 + region.startColumn,
      );
      expect(() => new URL(artifactLocation.uri, "file:///")).not.toThrow();
    }
    expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain("SYNTAX01");
  });
});

describe("annotations for GitHub", () => {
  it("have a place, a title, and text without what would end them", async () => {
    const [finding] = await findings();
    if (finding === undefined) throw new Error("there is a finding");
    const odd = {
      ...finding,
      file: "a,b:c.yaml",
      message: "100 %\nof it",
      severity: "hint" as const,
    };
    expect(report([odd], "github", plain)).toMatch(
      /^::notice file=a%2Cb%3Ac\.yaml,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=[A-Z]+\d\d::100 %25%0Aof it%0Ahttps:[^\n]*\n$/,
    );
    expect(report([], "github", plain)).toBe("");
  });
});
