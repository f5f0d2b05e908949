import { describe, expect, test } from "vitest";
import { readOutputs, select } from "../../src/engine/outputs.ts";

const convert = (type: string, value: unknown): unknown =>
  readOutputs([{ name: "O", selector: "$.v", type }], { v: value }).get("O");

const data = {
  list: [
    { id: "a", n: 1, tags: [{ Key: "k" }] },
    { id: "b", n: 2, tags: [] },
  ],
  text: "x",
};

describe("selectors", () => {
  test("a path to one value gives that value", () => {
    expect(select("$.text", data)).toBe("x");
    expect(select("$.list[1].id", data)).toBe("b");
    expect(select("$.list", data)).toBe(data.list);
    expect(select("$", data)).toBe(data);
  });

  test("a deep scan and a filter always give a list", () => {
    expect(select("$..Key", data)).toEqual(["k"]);
    expect(select("$.list[?(@.n > 1)].id", data)).toEqual(["b"]);
    expect(select("$.list[?(@.id == 'z')].id", data)).toEqual([]);
    expect(select("$.list[*].id", data)).toEqual(["a", "b"]);
  });

  test("a path to nothing gives nothing", () => {
    expect(select("$.other.thing", data)).toBeUndefined();
    expect(readOutputs([{ name: "O", selector: "$.x", type: "String" }], data).has("O")).toBe(
      false,
    );
    expect(
      readOutputs([{ name: "O", selector: "$.x", type: "String" }], { x: null }).has("O"),
    ).toBe(false);
  });

  test("several conditions are refused, as AWS does", () => {
    expect(() => select("$.list[?(@.n > 0 && @.n < 2)]", data)).toThrow("one comparison");
  });

  test("a filter runs no code", () => {
    expect(() => select("$.list[?(process.exit(1))]", data)).toThrow();
    expect(() => select("$.list[?(@.constructor.constructor('return 1')())]", data)).toThrow();
  });
});

describe("the documented conversions", () => {
  test.each([
    ["StringList", "a", ["a"]],
    ["Integer", "12", 12],
    ["Boolean", "True", true],
    ["String", 12, "12"],
    ["StringList", 12, ["12"]],
    ["String", false, "false"],
    ["StringList", false, ["false"]],
    ["String", ["only"], "only"],
    ["Integer", [3], 3],
    ["MapList", [{ a: "b" }, {}], [{ a: "b" }, {}]],
    ["StringList", [], []],
  ])("%s of %j is %j", (type, value, converted) => {
    expect(convert(type, value)).toEqual(converted);
  });

  test.each([
    ["String", ["a", "b"]],
    ["String", { a: "b" }],
    ["Integer", "1.5"],
    ["Boolean", "yes"],
    ["StringMap", "text"],
    ["MapList", ["text"]],
  ])("%s of %j fails the step", (type, value) => {
    expect(() => convert(type, value)).toThrow(`Failed to convert the output O ($.v) to ${type}`);
  });
});
