/** The cases of the language package, which the validator keeps too, through the engine. */

import { defaultTimeout } from "automation-language/actions";
import { conditionCases } from "automation-language/cases/conditions";
import { conversionCases } from "automation-language/cases/conversions";
import { durationCases } from "automation-language/cases/durations";
import { patternCases } from "automation-language/cases/patterns";
import {
  referenceCases,
  referenceNotFound,
  referenceValues,
} from "automation-language/cases/references";
import { selectorCases } from "automation-language/cases/selectors";
import { findPython } from "automation-language/python";
import { describe, expect, test } from "vitest";
import type { ActionContext } from "../../src/engine/actions/action.ts";
import { branch } from "../../src/engine/actions/branch.ts";
import { actions } from "../../src/engine/actions/index.ts";
import { sleep } from "../../src/engine/actions/sleep.ts";
import { parseDocument } from "../../src/engine/document.ts";
import { AwsError, StepFailure } from "../../src/engine/errors.ts";
import { readOutputs, select } from "../../src/engine/outputs.ts";
import { readParameters } from "../../src/engine/parameters.ts";
import { resolve, type Scope } from "../../src/engine/variables.ts";

/** What an action that only looks at its inputs may use. */
const contextOf = (parts: Partial<ActionContext>): ActionContext => parts as ActionContext;

test.each(conditionCases)(
  "a branch takes $condition for $result",
  async ({ condition, result }) => {
    const inputs = { Choices: [{ NextStep: "yes", ...condition }], Default: "no" };
    const taken = branch.run(contextOf({ inputs }));
    if (result === "refused") await expect(taken).rejects.toThrow(StepFailure);
    else expect((await taken).next).toBe(result ? "yes" : "no");
  },
);

test.each(conversionCases)("an output of type $type is made of $value", (one) => {
  const read = () =>
    readOutputs([{ name: "O", selector: "$.v", type: one.type }], { v: one.value });
  if (one.becomes === undefined) expect(read).toThrow(StepFailure);
  else expect(read().get("O")).toEqual(one.becomes);
});

test.each([...actions.keys()])("%s has a time limit in the table of actions", (name) => {
  expect(defaultTimeout(name)).toBeLessThan(Number.POSITIVE_INFINITY);
});

test.each(durationCases)("aws:sleep reads the duration $text", async ({ text, seconds }) => {
  let slept: number | undefined;
  const wait = async (asked: number): Promise<void> => {
    slept = asked;
  };
  const run = sleep.run(contextOf({ inputs: { Duration: text }, sleep: wait, now: () => 0 }));
  if (seconds === undefined) await expect(run).rejects.toThrow(StepFailure);
  else await run;
  expect(slept).toBe(seconds);
});

test.each(selectorCases)("$selector finds what it names", ({ selector, data, found, refused }) => {
  if (refused) expect(() => select(selector, data)).toThrow(StepFailure);
  else expect(select(selector, data)).toEqual(found);
});

describe("references", () => {
  const entries = Object.entries(referenceValues);
  const named = (test: (name: string) => boolean, cut = 0) =>
    new Map(entries.filter(([name]) => test(name)).map(([name, one]) => [name.slice(cut), one]));
  const [step = "", gone = ""] = referenceNotFound.split(".");
  const outputs = {
    values: named((name) => name.startsWith(`${step}.`), step.length + 1),
    declared: new Set([gone]),
  };
  const scope: Scope = {
    parameters: named((name) => !/[.:]/.test(name)),
    variables: named((name) => name.startsWith("variable:"), "variable:".length),
    system: named((name) => /^(?:global|automation):/.test(name)) as Map<string, string>,
    outputs: (name) => (name === step ? outputs : undefined),
    steps: new Set([step]),
  };
  test.each(referenceCases)("$input is resolved", ({ input, becomes, missing }) => {
    if (missing === undefined) expect(resolve(input, scope)).toEqual(becomes);
    else expect(() => resolve(input, scope)).toThrow(`Failed to resolve input: ${missing}.`);
  });
});

test("a document is read as the validator reads it, with integers that are exact", () => {
  // A list that goes on at the indentation of the block around it, which SnakeYAML takes and YAML's letter forbids.
  const content = `schemaVersion: '0.3'
parameters:
  Large: {type: Integer, default: 12345678901234567890}
  Small: {type: Integer, default: 7}
mainSteps:
- name: a
  action: aws:sleep
  inputs: {
  Duration: PT0S
  }
`;
  const { parameters, steps } = parseDocument("D", content);
  expect(parameters.get("Large")?.default).toBe(12345678901234567890n);
  expect(parameters.get("Small")?.default).toBe(7);
  expect(steps[0]?.inputs).toEqual({ Duration: "PT0S" });
});

test("a parameter is held to its Java pattern as the language reads it", async () => {
  const tools = { python: findPython() };
  const taken = patternCases.map(async ({ pattern, text, result }) => {
    const P = { type: "String", allowedPattern: pattern };
    const mainSteps = [{ name: "a", action: "aws:sleep", inputs: { Duration: "PT0S" } }];
    const content = JSON.stringify({ schemaVersion: "0.3", parameters: { P }, mainSteps });
    const { parameters } = parseDocument("D", content);
    const found = await readParameters(tools, parameters, { P: [text] }).then(
      () => "whole",
      (error: unknown) => {
        expect(error).toBeInstanceOf(AwsError);
        return /can't be checked/.test(String(error)) ? "refused" : "none";
      },
    );
    const expected = { part: "none", untranslatable: "refused" }[result as string] ?? result;
    return found === expected ? [] : [`${pattern} and ${text}: ${found}, not ${expected}`];
  });
  expect((await Promise.all(taken)).flat()).toEqual([]);
});
