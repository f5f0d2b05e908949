import { limitsOf } from "automation-language/parameters";
import { findPython } from "automation-language/python";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../src/engine/document.ts";
import { readParameters, type WireParameters } from "../../src/engine/parameters.ts";

const tools = { python: findPython() };
const step = { name: "a", action: "aws:sleep", inputs: {} };

/** The value of the one parameter P. */
async function read(definition: object, texts?: readonly string[]): Promise<unknown> {
  const document = { schemaVersion: "0.3", parameters: { P: definition }, mainSteps: [step] };
  const { parameters } = parseDocument("D", JSON.stringify(document));
  const given: WireParameters = texts === undefined ? {} : { P: texts };
  return (await readParameters(tools, parameters, given)).get("P");
}

const refused = (message: string | RegExp) =>
  expect.objectContaining({
    code: "InvalidAutomationExecutionParametersException",
    message: expect.stringMatching(message),
  });

describe("names", () => {
  test("an unknown name is refused and named", async () => {
    await expect(readParameters(tools, new Map(), { Other: ["x"] })).rejects.toEqual(
      refused("Other"),
    );
  });

  test("a parameter without a default must be given", async () => {
    await expect(read({ type: "String" })).rejects.toEqual(refused("missing: \\[P\\]"));
    expect(await read({ type: "String", default: "" })).toBe("");
  });
});

test("a name that objects have of their own is a name like any other", async () => {
  const definition = { type: "String", default: "d", limits: limitsOf({ spec: {} }) };
  const parameters = new Map([["constructor", definition]]);
  expect((await readParameters(tools, parameters, {})).get("constructor")).toBe("d");
  await expect(
    readParameters(
      tools,
      new Map([["toString", { type: "String", limits: limitsOf({ spec: {} }) }]]),
      {},
    ),
  ).rejects.toEqual(refused("missing: \\[toString\\]"));
});

describe("types", () => {
  test("texts become values of the type", async () => {
    expect(await read({ type: "Integer" }, ["-12"])).toBe(-12);
    expect(await read({ type: "Boolean" }, ["True"])).toBe(true);
    expect(await read({ type: "Boolean" }, ["FALSE"])).toBe(false);
    expect(await read({ type: "StringMap" }, ['{"a":"b"}'])).toEqual({ a: "b" });
    expect(await read({ type: "AWS::EC2::Instance::Id" }, ["i-1"])).toBe("i-1");
    expect(await read({ type: "List<AWS::EC2::Instance::Id>" }, ["i-1", "i-2"])).toEqual([
      "i-1",
      "i-2",
    ]);
  });

  test("texts of another type are refused", async () => {
    await expect(read({ type: "Integer" }, ["1.5"])).rejects.toEqual(refused("not an integer"));
    await expect(read({ type: "Boolean" }, ["yes"])).rejects.toEqual(refused("not true or false"));
    await expect(read({ type: "StringMap" }, ["[]"])).rejects.toEqual(refused("not a map"));
    await expect(read({ type: "MapList" }, ["x"])).rejects.toEqual(refused("MapList"));
    await expect(read({ type: "String" }, ["a", "b"])).rejects.toEqual(refused("one value"));
    await expect(read({ type: "String" }, [])).rejects.toEqual(refused("one value"));
  });

  test("a MapList is one map a text, or all in one text", async () => {
    expect(await read({ type: "MapList" }, ['{"a":"1"}', '{"a":"2"}'])).toEqual([
      { a: "1" },
      { a: "2" },
    ]);
    expect(await read({ type: "MapList" }, ['[{"a":"1"},{"a":"2"}]'])).toEqual([
      { a: "1" },
      { a: "2" },
    ]);
    expect(await read({ type: "MapList", default: [] })).toEqual([]);
  });

  test("defaults may be values or texts", async () => {
    expect(await read({ type: "Boolean", default: true })).toBe(true);
    expect(await read({ type: "Boolean", default: "true" })).toBe(true);
    expect(await read({ type: "Integer", default: 5 })).toBe(5);
    expect(await read({ type: "MapList", default: [{ a: "1" }] })).toEqual([{ a: "1" }]);
  });
});

describe("rules", () => {
  test("allowed values", async () => {
    const definition = { type: "String", allowedValues: ["Contain", "Release"] };
    expect(await read(definition, ["Contain"])).toBe("Contain");
    await expect(read(definition, ["contain"])).rejects.toEqual(refused("allowedValues"));
  });

  test("allowed values hold for each item of a list", async () => {
    const definition = { type: "StringList", allowedValues: ["a", "b"] };
    await expect(read(definition, ["a", "c"])).rejects.toEqual(refused('"c"'));
  });

  test("a pattern must match the whole value", async () => {
    const definition = { type: "String", allowedPattern: "i-[0-9a-f]{8}|x" };
    expect(await read(definition, ["i-0123abcd"])).toBe("i-0123abcd");
    await expect(read(definition, ["i-0123abcd "])).rejects.toEqual(refused("allowedPattern"));
    await expect(read(definition, ["xx"])).rejects.toEqual(refused("allowedPattern"));
  });

  test("a pattern that takes for ever is given up, and keeps no other waiting", async () => {
    const evil = { type: "String", allowedPattern: "(?:a|aa)+b" };
    const started = performance.now();
    const slow = read(evil, ["a".repeat(60)]);
    expect(await read({ type: "String", allowedPattern: "x" }, ["x"])).toBe("x");
    await expect(slow).rejects.toEqual(refused("took longer than|does not match"));
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test("an integer of any size is exact", async () => {
    expect(await read({ type: "Integer" }, ["12345678901234567890"])).toBe(12345678901234567890n);
    expect(await read({ type: "StringMap" }, ['{"n":9007199254740993}'])).toEqual({
      n: 9007199254740993n,
    });
  });

  test("a pattern may begin with Java's flags", async () => {
    expect(await read({ type: "String", allowedPattern: "(?i)abc" }, ["ABC"])).toBe("ABC");
  });

  test("a pattern of a MapList is for each map as JSON", async () => {
    const definition = { type: "MapList", allowedPattern: '\\{"a":"[0-9]"\\}' };
    expect(await read(definition, ['{ "a": "1" }'])).toEqual([{ a: "1" }]);
    await expect(read(definition, ['[{"a":"1"},{"a":"x"}]'])).rejects.toEqual(
      refused("allowedPattern"),
    );
  });

  test("numbers of items and of characters", async () => {
    const list = { type: "StringList", minItems: 1, maxItems: 2 };
    await expect(read(list, [])).rejects.toEqual(refused("minItems is 1"));
    await expect(read(list, ["a", "b", "c"])).rejects.toEqual(refused("maxItems is 2"));
    const text = { type: "String", minChars: 2, maxChars: 3 };
    await expect(read(text, ["a"])).rejects.toEqual(refused("minChars is 2"));
    await expect(read(text, ["abcd"])).rejects.toEqual(refused("maxChars is 3"));
    expect(await read(text, ["abc"])).toBe("abc");
  });
});
