import { describe, expect, test } from "vitest";
import { choose } from "../../src/engine/choices.ts";

const when = (condition: object): boolean => choose([{ ...condition, NextStep: "x" }]) === "x";

describe("operators", () => {
  test.each([
    [{ Variable: "Ab", StringEquals: "Ab" }, true],
    [{ Variable: "Ab", StringEquals: "ab" }, false],
    [{ Variable: "Ab", EqualsIgnoreCase: "aB" }, true],
    [{ Variable: "abc", StartsWith: "ab" }, true],
    [{ Variable: "abc", StartsWith: "bc" }, false],
    [{ Variable: "abc", EndsWith: "bc" }, true],
    [{ Variable: "abc", EndsWith: "ab" }, false],
    [{ Variable: "abc", Contains: "b" }, true],
    [{ Variable: "abc", Contains: "d" }, false],
    [{ Variable: 2, NumericEquals: 2 }, true],
    [{ Variable: 2, NumericGreater: 2 }, false],
    [{ Variable: 3, NumericGreater: 2 }, true],
    [{ Variable: 2, NumericLesser: 2 }, false],
    [{ Variable: 1, NumericLesser: 2 }, true],
    [{ Variable: 2, NumericGreaterOrEquals: 2 }, true],
    [{ Variable: 2, NumericLesserOrEquals: 2 }, true],
    [{ Variable: false, BooleanEquals: false }, true],
    [{ Variable: false, BooleanEquals: true }, false],
    [{ Not: { Variable: 1, NumericEquals: 2 } }, true],
  ])("%j is %s", (condition, result) => {
    expect(when(condition)).toBe(result);
  });

  test("And wants all, Or wants one", () => {
    const [yes, no] = [
      { Variable: true, BooleanEquals: true },
      { Variable: true, BooleanEquals: false },
    ];
    expect(when({ And: [yes, yes] })).toBe(true);
    expect(when({ And: [yes, no] })).toBe(false);
    expect(when({ Or: [no, yes] })).toBe(true);
    expect(when({ Or: [no, { Not: yes }] })).toBe(false);
  });
});

test("the first choice that holds wins", () => {
  const holds = { Variable: "a", StringEquals: "a" };
  const choices = [
    { Variable: "a", StringEquals: "b", NextStep: "one" },
    { ...holds, NextStep: "two" },
    { ...holds, NextStep: "three" },
  ];
  expect(choose(choices)).toBe("two");
  expect(choose(choices.slice(0, 1))).toBeUndefined();
});

test("what makes no sense fails and says why", () => {
  expect(() => when({ Variable: "true", BooleanEquals: true })).toThrow("type boolean");
  expect(() => when({ Variable: "2", NumericEquals: 2 })).toThrow("type number");
  expect(() => when({ Variable: "a", Like: "a" })).toThrow("Like is not an operator");
  expect(() => when({ Variable: "a", toString: "a" })).toThrow("toString is not an operator");
  expect(() => when({ Variable: "a", StringEquals: "a", Contains: "a" })).toThrow("exactly one");
  expect(() => choose([{ Variable: "a", StringEquals: "a" }])).toThrow("NextStep");
});
