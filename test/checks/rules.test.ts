import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkDocument } from "../../build/checks/check.ts";
import { report } from "../../build/checks/report.ts";
import { loadRules } from "../../build/checks/rules.ts";
import { inProject } from "../../build/root.ts";

const plain = {
  red: (text: string) => text,
  yellow: (text: string) => text,
  dim: (text: string) => text,
};

test("every file of the folder is a rule with an id of its own, a sentence and a page", async () => {
  const rules = await loadRules();
  expect(rules.length).toBe(readdirSync(inProject("build", "checks", "rules")).length);
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, summary, url } of rules) {
    expect(id).toMatch(/^(SCHEMA|FLOW|REF|API|SCRIPT|PERM|LIMIT)\d\d$/);
    expect(summary).toMatch(/\.$/);
    expect(url).toMatch(/^https:\/\/(docs\.aws|boto3\.amazonaws|docs\.aws\.amazon)/);
  }
});

test("every rule has an example that trips it and one that does not", async () => {
  const tests = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(`${import.meta.dirname}/${name}`, "utf8"))
    .join("\n");
  const missing = (await loadRules()).filter(({ id }) => !tests.includes(`example("${id}"`));
  expect(missing.map(({ id }) => id)).toEqual([]);
});

test("what is no YAML is one finding with its place", async () => {
  const [finding] = await checkDocument("a: [1\nb: 2", { file: "x.yaml" });
  expect(finding).toMatchObject({ id: "SYNTAX01", severity: "error", line: 2 });
});

test("a .json file is JSON, not only YAML", async () => {
  const text = `{"schemaVersion": "0.3",\n"mainSteps": [{"name": "a", "action": "aws:pause", "inputs": {}},]}`;
  const [finding] = await checkDocument(text, { file: "x.json" });
  expect(finding).toMatchObject({ id: "SYNTAX01", line: 2 });
  expect(await checkDocument(text, { file: "x.yaml" })).toEqual([]);
});

test("findings of JSON have places too, and print as text, JSON and SARIF", async () => {
  const json = JSON.stringify(
    { schemaVersion: "0.3", mainSteps: [{ name: "a", action: "aws:paus", inputs: {} }] },
    null,
    2,
  );
  const findings = await checkDocument(json, { file: "x.json" });
  expect(findings).toMatchObject([
    { id: "SCHEMA02", path: "/mainSteps/0/action", line: 6, column: 17, file: "x.json" },
  ]);
  const rules = await loadRules();
  expect(report(findings, rules, "text", plain)).toContain("x.json:6:17 error SCHEMA02");
  expect(JSON.parse(report(findings, rules, "json", plain))).toEqual(findings);
  const sarif = JSON.parse(report(findings, rules, "sarif", plain));
  expect(sarif.runs[0].results[0]).toMatchObject({ ruleId: "SCHEMA02", level: "error" });
  expect(sarif.runs[0].tool.driver.rules).toHaveLength(rules.length);
});
