import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { emit } from "../../build/emit.ts";
import {
  builtIn,
  defineFlow,
  defineStep,
  type RunbookDocument,
  system,
  template,
} from "../../build/types.ts";

const script = defineStep({
  name: "first",
  action: "aws:executeScript",
  description: "Looks.",
  payload: { Region: system.region, List: [system.accountId, "x"] },
  outputs: { Found: { selector: "$.Payload.Found", type: "Boolean" } },
  permissions: {},
});
const image = defineStep({
  name: "image",
  action: "aws:createImage",
  description: "Makes an image.",
  inputs: { InstanceId: "i-1", ImageName: template`of ${system.region} by ${system.executionId}` },
  outputs: {},
  permissions: {},
});
const copy = defineStep({
  name: "copy",
  action: "aws:copyImage",
  description: "Copies it.",
  inputs: { SourceRegion: "eu-west-1", SourceImageId: builtIn(image, "ImageId"), ImageName: "n" },
  outputs: {},
  permissions: {},
});
const branch = defineStep({
  name: "branch",
  action: "aws:branch",
  description: "Chooses.",
  choices: [
    { all: [{ variable: script.out.Found, is: { BooleanEquals: true } }], next: "image" },
    {
      all: [
        { variable: script.out.Found, is: { BooleanEquals: false } },
        { variable: system.region, is: { StringEquals: "eu-west-1" } },
      ],
      next: "copy",
    },
  ],
  defaultNext: "copy",
  outputs: {},
  permissions: {},
});

const runbook: RunbookDocument = {
  name: "Small",
  description: "Two\nlines",
  assumeRole: { reference: "Role" },
  parameters: { Role: { type: "String", description: "d", default: "" } },
  outputs: [script.out.Found],
  flow: defineFlow([
    { step: script, next: "branch", onFailure: "step:copy" },
    { step: branch },
    { step: image, next: "copy" },
    { step: copy, end: true },
  ]),
};
const python = "def handler(events, context):\n    # {{ not a reference }} \\n\n    return {}\n";
const scripts = new Map([["first", python]]);

describe("the emitted document", () => {
  const text = emit(runbook, scripts);
  const document = parse(text);

  test("holds scripts as literal blocks, unchanged", () => {
    expect(text).toContain("Script: |\n   def handler(events, context):\n");
    expect(document.mainSteps[0].inputs.Script).toBe(python);
  });

  test("writes references as the whole value or inside a text", () => {
    expect(document.mainSteps[0].inputs.InputPayload).toEqual({
      Region: "{{ global:REGION }}",
      List: ["{{ global:ACCOUNT_ID }}", "x"],
    });
    expect(document.mainSteps[2].inputs.ImageName).toBe(
      "of {{ global:REGION }} by {{ automation:EXECUTION_ID }}",
    );
    expect(document.mainSteps[3].inputs.SourceImageId).toBe("{{ image.ImageId }}");
  });

  test("keeps booleans in conditions as booleans", () => {
    expect(document.mainSteps[1].inputs.Choices).toEqual([
      { Variable: "{{ first.Found }}", BooleanEquals: true, NextStep: "image" },
      {
        And: [
          { Variable: "{{ first.Found }}", BooleanEquals: false },
          { Variable: "{{ global:REGION }}", StringEquals: "eu-west-1" },
        ],
        NextStep: "copy",
      },
    ]);
  });

  test("names the next step only where it is not the following one, or a branch leads there too", () => {
    expect(document.mainSteps.map((step: { nextStep?: string }) => step.nextStep)).toEqual([
      undefined,
      undefined,
      "copy",
      undefined,
    ]);
    const back = emit(
      {
        ...runbook,
        flow: [
          ...runbook.flow.slice(0, 2),
          { step: copy, next: "image" },
          { step: image, end: true as const },
        ].reverse(),
      },
      scripts,
    );
    expect(back).toContain("nextStep: image");
  });

  test("is the same text each time", () => {
    expect(emit(runbook, scripts)).toBe(text);
  });

  test("lacks no script", () => {
    expect(() => emit(runbook, new Map())).toThrow("step first has no script");
  });
});
