import { chooseNext, evaluateCondition } from "automation-language/conditions";
import { conversions, convert, typeOfValue } from "automation-language/convert";
import { readDocument } from "automation-language/document";
import { parseDuration, parseTimestamp } from "automation-language/duration";
import { evaluateSelector } from "automation-language/jsonpath";
import { limitProblem, limitsOf, readTexts, readValue } from "automation-language/parameters";
import { type Lookup, resolveReferences, resolveScript } from "automation-language/references";
import { LanguageError } from "automation-language/values";
import { describe, expect, it } from "vitest";
import { conditionCases } from "./cases/conditions.ts";
import { conversionCases } from "./cases/conversions.ts";
import { durationCases } from "./cases/durations.ts";
import { referenceCases, referenceNotFound, referenceValues } from "./cases/references.ts";
import { selectorCases } from "./cases/selectors.ts";

describe("a selector", () => {
  it.each(selectorCases)("$selector finds what it names", ({ selector, data, found, refused }) => {
    if (refused) expect(() => evaluateSelector(selector, data)).toThrow(LanguageError);
    else expect(evaluateSelector(selector, data)).toEqual(found);
  });

  it("never finds what an object inherits", () => {
    expect(evaluateSelector("$.constructor", {})).toBeUndefined();
    expect(evaluateSelector("$..toString", { a: {} })).toEqual([]);
  });
});

describe("a value", () => {
  it.each(conversionCases)("$value becomes $becomes as $type", ({ type, value, becomes }) => {
    expect(convert(type, value)).toEqual(becomes);
  });

  it("is converted only along the documented conversions", () => {
    for (const { type, value, becomes } of conversionCases) {
      const given = typeOfValue(value);
      if (
        becomes !== undefined &&
        given !== undefined &&
        given !== type &&
        !(Array.isArray(value) && value.length === 0)
      )
        expect(conversions[given], `${given} as ${type}`).toContain(type);
    }
  });
});

describe("a condition", () => {
  it.each(conditionCases)("$condition is $result", ({ condition, result }) => {
    if (result === "refused") expect(() => evaluateCondition(condition)).toThrow(LanguageError);
    else expect(evaluateCondition(condition)).toBe(result);
  });

  it("that holds first decides", () => {
    const choice = (NextStep: string, operand: string) => ({
      NextStep,
      Variable: "a",
      StringEquals: operand,
    });
    expect(chooseNext([choice("x", "b"), choice("y", "a"), choice("z", "a")])).toBe("y");
    expect(chooseNext([choice("x", "b")])).toBeUndefined();
    expect(() => chooseNext([{ Variable: "a", StringEquals: "a" }])).toThrow("NextStep");
    expect(() => chooseNext("x")).toThrow("Choices must be a list");
  });
});

describe("a duration", () => {
  it.each(durationCases)("$text has $seconds seconds", ({ text, seconds }) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    ["2030-01-31T12:00:00Z", 1_896_091_200_000],
    ["2030-01-31T12:00", 1_896_091_200_000],
    ["2030-01-31T13:00:00+01:00", 1_896_091_200_000],
    ["2030-02-31T12:00:00Z", undefined],
    ["tomorrow", undefined],
  ])("a moment %s is %s", (text, milliseconds) => {
    expect(parseTimestamp(text)).toBe(milliseconds);
  });
});

const lookup: Lookup = (_, text) => {
  if (text === referenceNotFound) return { kind: "literal" };
  return Object.hasOwn(referenceValues, text)
    ? { kind: "value", value: referenceValues[text] }
    : { kind: "missing", why: "It is not defined." };
};

describe("a reference", () => {
  it.each(referenceCases)("in $input is resolved", ({ input, becomes, missing }) => {
    if (missing === undefined) expect(resolveReferences(input, lookup)).toEqual(becomes);
    else
      expect(() => resolveReferences(input, lookup)).toThrow(
        `Failed to resolve input: ${missing}. It is not defined.`,
      );
  });

  it("in a script is replaced where it has a value, and is Python's own otherwise", () => {
    const script = "x = {{ Count }}\ny = f'{{Other}}'\nz = {{}}";
    expect(resolveScript(script, lookup)).toBe("x = 3\ny = f'{{Other}}'\nz = {{}}");
  });
});

describe("a parameter", () => {
  it.each([
    ["String", ["a"], "a"],
    ["Integer", ["-5"], -5],
    ["Boolean", ["True"], true],
    ["StringList", ["a", "b"], ["a", "b"]],
    ["StringList", ['["a","b"]'], ["a", "b"]],
    ["MapList", ['{"a":1}', '{"b":2}'], [{ a: 1 }, { b: 2 }]],
    ["MapList", ['[{"a":1}]'], [{ a: 1 }]],
    ["StringMap", ['{"a":1}'], { a: 1 }],
  ] as const)("of type %s reads %j from the wire", (type, texts, value) => {
    expect(readTexts(type, texts)).toEqual({ value });
  });

  it.each([
    ["Integer", ["1.5"], "not an integer"],
    ["Integer", ["1", "2"], "takes one value, not 2"],
    ["Boolean", ["yes"], "not true or false"],
    ["MapList", ["a"], "is not a MapList"],
    ["StringMap", ["[]"], "not a map"],
  ] as const)("of type %s refuses %j", (type, texts, words) => {
    expect(readTexts(type, texts)).toEqual({ error: expect.stringContaining(words) });
  });

  it.each([
    ["Integer", "3", 3],
    ["Integer", 3, 3],
    ["Boolean", "false", false],
    ["String", 3, "3"],
    ["StringMap", {}, {}],
    ["MapList", [], []],
    ["StringList", ["a", 1], ["a", "1"]],
  ] as const)("of type %s takes the default %j", (type, value, read) => {
    expect(readValue(type, value)).toEqual({ value: read });
  });

  it.each([
    ["StringList", "a"],
    ["MapList", ["a"]],
    ["StringMap", []],
    ["String", ["a"]],
    ["Integer", "a"],
  ] as const)("of type %s refuses the default %j", (type, value) => {
    expect(readValue(type, value)).toHaveProperty("error");
  });

  it.each([
    [{ minItems: 2 }, ["a"], "minItems is 2"],
    [{ maxItems: 1 }, ["a", "b"], "maxItems is 1"],
    [{ allowedValues: ["a", 1] }, "b", "not one of its allowedValues: a, 1"],
    [{ minChars: 2 }, "a", "minChars is 2"],
    [{ maxChars: 1 }, ["a", "bc"], "maxChars is 1"],
    [{ allowedValues: ["a", 1] }, 1, undefined],
    [{ minItems: 1, maxItems: 1 }, ["a"], undefined],
  ])("with the limits %j answers for %j", (spec, value, words) => {
    const problem = limitProblem(limitsOf({ spec }), value);
    if (words === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(words);
  });
});

describe("a document", () => {
  const sound = "schemaVersion: '0.3'\nmainSteps:\n- {name: a, action: 'aws:pause', inputs: {}}\n";

  it("that is sound has no problems", () => {
    expect(readDocument(sound).problems).toEqual([]);
  });

  it.each([
    ["mainSteps: [", "neither YAML nor JSON"],
    ["a", "not a map"],
    ["schemaVersion: '2.2'", "its schemaVersion is 2.2, not 0.3"],
    ["schemaVersion: '0.3'", "it has no steps"],
    [`${sound}- {name: a, action: 'aws:pause'}`, "two steps are called a"],
    [`${sound}- {name: b-c, action: 'aws:pause'}`, "other characters than letters"],
    [`${sound}- {name: b}`, "a step has no name or no action"],
    [`${sound}- {name: b, action: 'aws:pause', nextStep: c}`, "leads to c, which is not a step"],
    [`${sound}- {name: b, action: 'aws:pause', onFailure: 'step:c'}`, "leads to c"],
    [`${sound}- {name: b, action: 'aws:pause', onFailure: Retry}`, "Abort, Continue or step:NAME"],
    [`${sound}- {name: b, action: 'aws:pause', onCancel: Continue}`, "Abort or step:NAME"],
    [`${sound}- {name: b, action: 'aws:pause', maxAttempts: 0}`, "not an integer from 1"],
    [`${sound}- {name: b, action: 'aws:pause', outputs: [{Name: c}]}`, "has no Selector"],
    [`${sound}parameters: {p: {default: a}}`, "the parameter p has no type"],
  ])("%s can't run: %s", (text, words) => {
    expect(
      readDocument(text)
        .problems.map(({ message }) => message)
        .join("\n"),
    ).toContain(words);
  });

  it("takes Continue and Abort in any case, and text for numbers and truth", () => {
    const text = `${sound}- {name: b, action: 'aws:pause', onFailure: continue, isEnd: 'True', maxAttempts: '2'}`;
    const { problems, document } = readDocument(text);
    expect(problems).toEqual([]);
    expect(document.steps[1]).toMatchObject({ isEnd: true, isCritical: false });
  });
});
