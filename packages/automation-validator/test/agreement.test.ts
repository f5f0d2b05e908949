import { conditionCases } from "automation-language/cases/conditions";
import { durationCases } from "automation-language/cases/durations";
import { patternCases } from "automation-language/cases/patterns";
import { selectorCases } from "automation-language/cases/selectors";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { checkDocument } from "../src/check.ts";

/** The ids of the findings below a path of a document. */
async function idsBelow(document: unknown): Promise<(path: string) => string[]> {
  const text = stringify(document, { lineWidth: 0 });
  const findings = await checkDocument(text, { file: "a.yaml", hints: true });
  return (path) =>
    findings
      .filter((one) => one.path === path || one.path.startsWith(`${path}/`))
      .map(({ id }) => id);
}

const nap = { name: "nap", action: "aws:sleep", inputs: { Duration: "PT1S" } };

it("patterns and defaults are judged as they are matched", async () => {
  const parameters = Object.fromEntries(
    patternCases.map(({ pattern, text }, at) => [
      `P${at}`,
      { type: "String", allowedPattern: pattern, default: text },
    ]),
  );
  const ids = await idsBelow({ schemaVersion: "0.3", parameters, mainSteps: [nap] });
  const expected = {
    whole: undefined,
    part: "LIMIT16",
    none: "LIMIT03",
    refused: "LIMIT01",
    untranslatable: "LIMIT14",
  };
  const told = ["LIMIT01", "LIMIT03", "LIMIT14", "LIMIT16"];
  for (const [at, { pattern, text, result }] of patternCases.entries()) {
    if (text.includes("{{")) continue;
    const found = ids(`/parameters/P${at}`).filter((id) => told.includes(id));
    expect([pattern, text, ...found]).toEqual([pattern, text, expected[result] ?? []].flat());
  }
});

it("selectors that are not read have a finding, and those that are have none", async () => {
  const cases = selectorCases.filter(({ selector }) => !selector.includes("{{"));
  const outputs = cases.map(({ selector }, at) => ({
    Name: `O${at}`,
    Selector: selector,
    Type: "String",
  }));
  const run = {
    name: "run",
    action: "aws:executeScript",
    inputs: { Runtime: "PowerShell 7.4", Script: "1" },
    outputs,
  };
  const ids = await idsBelow({ schemaVersion: "0.3", mainSteps: [run] });
  for (const [at, { selector, refused }] of cases.entries())
    expect([selector, ids(`/mainSteps/0/outputs/${at}`).includes("REF09")]).toEqual([
      selector,
      refused === true,
    ]);
});

it("durations that are none have a finding, and those that are have none", async () => {
  const mainSteps = durationCases.map(({ text }, at) => ({
    ...nap,
    name: `s${at}`,
    inputs: { Duration: text },
  }));
  const ids = await idsBelow({ schemaVersion: "0.3", mainSteps });
  for (const [at, { text, seconds }] of durationCases.entries())
    expect([text, ids(`/mainSteps/${at}`).includes("LIMIT10")]).toEqual([
      text,
      seconds === undefined,
    ]);
});

it("conditions that are refused for their form have a finding, and those that are evaluated have none", async () => {
  const Choices = conditionCases.map(({ condition }) => ({ NextStep: "nap", ...condition }));
  const pick = { name: "pick", action: "aws:branch", inputs: { Choices } };
  const ids = await idsBelow({ schemaVersion: "0.3", mainSteps: [pick, nap] });
  for (const [at, { condition, result }] of conditionCases.entries()) {
    const found = ids(`/mainSteps/0/inputs/Choices/${at}`);
    const form = found.some((id) => id.startsWith("SCHEMA"));
    // What a value's type is, the form does not say.
    if (result === "refused" && /Variable":(5|"a","Num|"true")/.test(JSON.stringify(condition)))
      continue;
    // The schema takes text alone as Variable, which a reference is.
    if (/"Variable":[^"]/.test(JSON.stringify(condition))) continue;
    expect([JSON.stringify(condition), form]).toEqual([
      JSON.stringify(condition),
      result === "refused",
    ]);
  }
});
