import { readFileSync } from "node:fs";
import { findPython } from "automation-language/python";
import { describe, expect, it } from "vitest";
import { inProject } from "../../../build/root.ts";
import { chartOf } from "../../../common/diagram/chart.ts";
import { conditionText } from "../../../common/diagram/conditionText.ts";
import { dot } from "../../../common/diagram/dot.ts";
import { mermaid } from "../../../common/diagram/mermaid.ts";
import { svg } from "../../../common/diagram/svg.ts";
import { compile } from "../../../document/compile.ts";
import { documentName } from "../../../document/runbook.ts";

const small = `
schemaVersion: "0.3"
mainSteps:
  - name: choose
    action: aws:branch
    inputs:
      Choices:
        - { Variable: "{{ Mode }}", StringEquals: fast, NextStep: work }
      Default: turns
  - name: turns
    action: aws:loop
    inputs:
      Iterators: "{{ List }}"
      Steps:
        - { name: inner, action: "aws:sleep", inputs: { Duration: PT1S } }
    nextStep: work
  - name: work
    action: aws:executeAwsApi
    onFailure: step:clean
    onCancel: step:clean
    isEnd: true
    inputs: { Service: ec2, Api: DescribeVpcs }
  - name: clean
    action: aws:sleep
    inputs: { Duration: PT1S }
    isEnd: true
`;

describe("the chart of a document", () => {
  const chart = chartOf(small, "small.yaml");
  const nameOf = (id: string): string => chart.nodes.find((node) => node.id === id)?.name ?? "";
  const ways = chart.edges.map(({ from, to, kind, label }) =>
    `${nameOf(from)} → ${nameOf(to)} ${kind} ${label}`.trim(),
  );

  it("has each step, and an end for each step that ends", () => {
    const names = chart.nodes.map(({ name }) => name);
    expect(names.sort()).toEqual(
      ["End", "End", "Next turn", "choose", "clean", "inner", "turns", "work"].sort(),
    );
  });

  it("has branches with conditions, loops, and failure and cancel paths apart", () => {
    expect(ways.sort()).toEqual(
      [
        "choose → work success Mode is fast",
        "choose → turns success otherwise",
        "turns → inner success each turn",
        "inner → Next turn success",
        "turns → work success",
        "work → End success",
        "work → clean failure failure or cancel",
        "clean → End success",
      ].sort(),
    );
  });

  it("is refused with a sentence for what is not a document", () => {
    expect(() => chartOf("{}", "x.yaml")).toThrow(/^x\.yaml is not an Automation document: /);
  });
});

describe("a condition in words", () => {
  const dry = { Variable: "{{ DryRun }}", BooleanEquals: false };
  const release = { Variable: "{{ s.Action }}", StringEquals: "Release" };
  it.each([
    [release, "s.Action is Release"],
    [{ And: [release, dry] }, "s.Action is Release and DryRun is false"],
    [
      { Or: [{ And: [release, dry] }, dry] },
      "(s.Action is Release and DryRun is false) or DryRun is false",
    ],
    [{ Not: { Variable: "{{ N }}", NumericGreater: 3 } }, "not (N > 3)"],
    [{ Variable: "{{ T }}", StringEquals: "" }, "T is empty"],
  ])("%j", (condition, words) => {
    expect(conditionText(condition)).toBe(words);
  });
});

describe("a drawing", () => {
  const hostile = small.replaceAll(
    "fast",
    String.raw`'"]; x -> y; <script>alert(1)</script> \N |end| \x1b'`.replace("\\x1b", "\\u001b"),
  );

  it("draws what a document says as text, never as a part of the drawing", async () => {
    const chart = chartOf(hostile, "hostile.yaml");
    const image = await svg(chart);
    expect(image).not.toContain("<script");
    expect(image).toContain("&lt;script&gt;");
    const text = mermaid(chart);
    const [labelled = ""] = text.split("\n").filter((line) => line.includes("Mode is"));
    expect(labelled).toMatch(/^ {2}s0 -->\|"[^"|<>;\]]*(?:#\d+;[^"|<>;\]]*)*"\| s3$/);
    expect(
      dot(chart)
        .split("\n")
        .filter((line) => line.includes("x -> y")),
    ).toHaveLength(1);
  });

  it("has all steps, in SVG and in Mermaid", async () => {
    const chart = chartOf(small, "small.yaml");
    const [image, text] = [await svg(chart), mermaid(chart)];
    for (const name of ["choose", "turns", "inner", "work", "clean"]) {
      expect(image).toContain(`>${name}<`);
      expect(text).toContain(`"${name}<br/>`);
    }
    expect(text).toMatch(/linkStyle [\d,]+ stroke:#c5221f/);
  });
});

it("docs/ has the chart of the runbook as it is now: npm run diagram renews it", async () => {
  const chart = chartOf(compile(findPython()).yaml, documentName);
  expect(readFileSync(inProject("docs", "runbook.mmd"), "utf8")).toBe(mermaid(chart));
  expect(readFileSync(inProject("docs", "runbook.svg"), "utf8")).toBe(await svg(chart));
});
