import { describe, expect, test } from "vitest";
import { parseDocument } from "../../src/engine/document.ts";
import { readParameters, type WireParameters } from "../../src/engine/parameters.ts";

const step = { name: "a", action: "aws:sleep", inputs: {} };

/** The value of the one parameter P. */
function read(definition: object, texts?: readonly string[]): unknown {
  const document = { schemaVersion: "0.3", parameters: { P: definition }, mainSteps: [step] };
  const { parameters } = parseDocument("D", JSON.stringify(document));
  const given: WireParameters = texts === undefined ? {} : { P: texts };
  return readParameters(parameters, given).get("P");
}

const refused = (message: string | RegExp) =>
  expect.objectContaining({
    code: "InvalidAutomationExecutionParametersException",
    message: expect.stringMatching(message),
  });

describe("names", () => {
  test("an unknown name is refused and named", () => {
    expect(() => readParameters(new Map(), { Other: ["x"] })).toThrow(refused("Other"));
  });

  test("a parameter without a default must be given", () => {
    expect(() => read({ type: "String" })).toThrow(refused("missing: \\[P\\]"));
    expect(read({ type: "String", default: "" })).toBe("");
  });
});

test("a name that objects have of their own is a name like any other", () => {
  const definition = { type: "String", default: "d" };
  const parameters = new Map([["constructor", definition]]);
  expect(readParameters(parameters, {}).get("constructor")).toBe("d");
  expect(() => readParameters(new Map([["toString", { type: "String" }]]), {})).toThrow(
    refused("missing: \\[toString\\]"),
  );
});

describe("types", () => {
  test("texts become values of the type", () => {
    expect(read({ type: "Integer" }, ["-12"])).toBe(-12);
    expect(read({ type: "Boolean" }, ["True"])).toBe(true);
    expect(read({ type: "Boolean" }, ["FALSE"])).toBe(false);
    expect(read({ type: "StringMap" }, ['{"a":"b"}'])).toEqual({ a: "b" });
    expect(read({ type: "AWS::EC2::Instance::Id" }, ["i-1"])).toBe("i-1");
    expect(read({ type: "List<AWS::EC2::Instance::Id>" }, ["i-1", "i-2"])).toEqual(["i-1", "i-2"]);
  });

  test("texts of another type are refused", () => {
    expect(() => read({ type: "Integer" }, ["1.5"])).toThrow(refused("Integer"));
    expect(() => read({ type: "Boolean" }, ["yes"])).toThrow(refused("Boolean"));
    expect(() => read({ type: "StringMap" }, ["[]"])).toThrow(refused("StringMap"));
    expect(() => read({ type: "MapList" }, ["x"])).toThrow(refused("MapList"));
    expect(() => read({ type: "String" }, ["a", "b"])).toThrow(refused("one value"));
    expect(() => read({ type: "String" }, [])).toThrow(refused("one value"));
  });

  test("a MapList is one map a text, or all in one text", () => {
    expect(read({ type: "MapList" }, ['{"a":"1"}', '{"a":"2"}'])).toEqual([{ a: "1" }, { a: "2" }]);
    expect(read({ type: "MapList" }, ['[{"a":"1"},{"a":"2"}]'])).toEqual([{ a: "1" }, { a: "2" }]);
    expect(read({ type: "MapList", default: [] })).toEqual([]);
  });

  test("defaults may be values or texts", () => {
    expect(read({ type: "Boolean", default: true })).toBe(true);
    expect(read({ type: "Boolean", default: "true" })).toBe(true);
    expect(read({ type: "Integer", default: 5 })).toBe(5);
    expect(read({ type: "MapList", default: [{ a: "1" }] })).toEqual([{ a: "1" }]);
  });
});

describe("rules", () => {
  test("allowed values", () => {
    const definition = { type: "String", allowedValues: ["Contain", "Release"] };
    expect(read(definition, ["Contain"])).toBe("Contain");
    expect(() => read(definition, ["contain"])).toThrow(refused("allowed values"));
  });

  test("allowed values hold for each item of a list", () => {
    const definition = { type: "StringList", allowedValues: ["a", "b"] };
    expect(() => read(definition, ["a", "c"])).toThrow(refused('"c"'));
  });

  test("a pattern must match the whole value", () => {
    const definition = { type: "String", allowedPattern: "i-[0-9a-f]{8}|x" };
    expect(read(definition, ["i-0123abcd"])).toBe("i-0123abcd");
    expect(() => read(definition, ["i-0123abcd "])).toThrow(refused("pattern"));
    expect(() => read(definition, ["xx"])).toThrow(refused("pattern"));
  });

  test("a pattern may begin with Java's flags", () => {
    expect(read({ type: "String", allowedPattern: "(?i)abc" }, ["ABC"])).toBe("ABC");
  });

  test("a pattern of a MapList is for each map as JSON", () => {
    const definition = { type: "MapList", allowedPattern: '\\{"a":"[0-9]"\\}' };
    expect(read(definition, ['{ "a": "1" }'])).toEqual([{ a: "1" }]);
    expect(() => read(definition, ['[{"a":"1"},{"a":"x"}]'])).toThrow(refused("pattern"));
  });

  test("numbers of items and of characters", () => {
    const list = { type: "StringList", minItems: 1, maxItems: 2 };
    expect(() => read(list, [])).toThrow(refused("1 at least"));
    expect(() => read(list, ["a", "b", "c"])).toThrow(refused("2 at most"));
    const text = { type: "String", minChars: 2, maxChars: 3 };
    expect(() => read(text, ["a"])).toThrow(refused("2 characters"));
    expect(() => read(text, ["abcd"])).toThrow(refused("3 characters"));
    expect(read(text, ["abc"])).toBe("abc");
  });
});
