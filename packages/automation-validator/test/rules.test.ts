import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkDocument, knownIds } from "../src/check.ts";
import { packageFile } from "../src/files.ts";
import { report } from "../src/report.ts";
import { rules } from "../src/rules.ts";

const plain = {
  red: (text: string) => text,
  cyan: (text: string) => text,
  yellow: (text: string) => text,
  dim: (text: string) => text,
};

test("the index of rules has every file of the folder", async () => {
  const files = readdirSync(packageFile("rules"));
  const modules = await Promise.all(files.map((file) => import(`../src/rules/${file}`)));
  expect(new Set(modules.map(({ rule }) => rule))).toEqual(new Set(rules));
  expect(rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id).toSorted());
});

test("every rule has an id of its own, a sentence and a page", () => {
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
  const missing = rules.filter(({ id }) => !tests.includes(`example("${id}"`));
  expect(missing.map(({ id }) => id)).toEqual([]);
});

test("what is not YAML is one finding, where it begins", async () => {
  const [finding] = await checkDocument("a: [1\nb: 2", { file: "x.yaml" });
  expect(finding).toMatchObject({ id: "SYNTAX01", severity: "error", line: 1, column: 5 });
});

test("of a long text that is no YAML only the beginning is quoted", async () => {
  const found = await checkDocument(`- a\n\nb: c\n${"many words\n\n".repeat(1000)}x: y`, {
    file: "x.yaml",
  });
  expect(found.length).toBeGreaterThan(0);
  for (const { message } of found) expect(message.length).toBeLessThan(200);
});

test("a .json file is JSON, not only YAML", async () => {
  const text = `{"schemaVersion": "0.3",\n"mainSteps": [{"name": "a", "action": "aws:pause", "inputs": {}},]}`;
  const [finding] = await checkDocument(text, { file: "x.json" });
  expect(finding).toMatchObject({ id: "SYNTAX01", line: 2 });
  expect(await checkDocument(text, { file: "x.yaml" })).toEqual([]);
});

const odd: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "must be a map, not nothing"],
  ["a list", "- a", 'must be a map, not the list ["a"]'],
  ["a text", "a", 'must be a map, not the text "a"'],
  ["a key that is twice there", 'schemaVersion: "0.3"\nschemaVersion: "0.3"', "unique"],
  ["tabs", 'schemaVersion: "0.3"\nmainSteps:\n\t- a', "Tabs"],
  ["a second document", 'schemaVersion: "0.3"\n---\na: 1', "second document"],
  ["a tag of CloudFormation", 'schemaVersion: "0.3"\ndescription: !Ref X', "!Ref"],
  ["brackets without end", `a: ${"[".repeat(3000)}${"]".repeat(3000)}`, "nested too deeply"],
  [
    "aliases of aliases",
    `a: &a [x]\n${["ab", "bc", "cd", "de"].map(([from, to]) => `${to}: &${to} [${`*${from},`.repeat(9)}]`).join("\n")}`,
    "Aliases",
  ],
  ["no step", 'schemaVersion: "0.3"\nmainSteps: []', "mainSteps must not be empty"],
];
test.each(odd)("%s is told in words", async (_, text, message) => {
  const found = await checkDocument(text, { file: "x.yaml" });
  expect(found.map((finding) => finding.message).join("\n")).toContain(message);
});

test("names that JavaScript's objects have are names like others", async () => {
  const text = `schemaVersion: "0.3"
constructor: 1
parameters: {constructor: {type: toString}, __proto__: {type: String}}
mainSteps:
- {name: toString, action: constructor, inputs: {ImageId: "{{ valueOf }}"}}
- {name: a, action: "aws:executeAwsApi", inputs: {Service: ec2, Api: constructor}}
- {name: b, action: "aws:executeAwsApi", inputs: {Service: ec2, Api: StopInstances, InstanceIds: [i-1]}, outputs: [{Name: x, Selector: $.constructor.y, Type: toString}]}
- {name: c, action: "aws:executeAwsApi", inputs: {Service: kms, Api: DescribeKey, KeyId: "{{ b.x }}"}}`;
  const found = await checkDocument(text, { file: "x.yaml" });
  expect(new Set(found.map(({ id }) => id))).toEqual(
    new Set(["SCHEMA01", "SCHEMA02", "SCHEMA03", "REF01", "REF06", "API02", "API04"]),
  );
});

test("a byte order mark and Windows' line ends change nothing", async () => {
  const text =
    '\uFEFFschemaVersion: "0.3"\r\nmainSteps:\r\n- name: a\r\n  action: aws:pause\r\n  inputs: {}\r\n  nextStep: b\r\n';
  const [finding, ...more] = await checkDocument(text, { file: "x.yaml" });
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ id: "FLOW02", line: 6, column: 13 });
  expect(
    await checkDocument(
      `\uFEFF{"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:pause", "inputs": {}}]}\r\n`,
      { file: "x.json" },
    ),
  ).toEqual([]);
});

test("what JSON lacks is found where it stands", async () => {
  const text = '{"schemaVersion": "0.3",\n"mainSteps": [{"name": "a", "action": aws:pause}]}';
  const [finding] = await checkDocument(text, { file: "x.json" });
  expect(finding).toMatchObject({ id: "SYNTAX01", line: 2, column: 39 });
});

test("SARIF names a file by a URI", async () => {
  const findings = await checkDocument("- a", { file: "my docs/#1 100%.yaml" });
  const sarif = JSON.parse(report(findings, "sarif", plain));
  const [place] = sarif.runs[0].results[0].locations;
  expect(place.physicalLocation.artifactLocation.uri).toBe("my%20docs/%231%20100%25.yaml");
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
  expect(report(findings, "text", plain)).toContain("x.json:6:17 error SCHEMA02");
  expect(JSON.parse(report(findings, "json", plain))).toEqual(findings);
  const sarif = JSON.parse(report(findings, "sarif", plain));
  expect(sarif.runs[0].results[0]).toMatchObject({ ruleId: "SCHEMA02", level: "error" });
  expect(sarif.runs[0].tool.driver.rules).toHaveLength(knownIds.length);
});
