import { describe, expect, test } from "vitest";
import { seconds } from "../../src/engine/duration.ts";
import { resolve, resolveScript } from "../../src/engine/variables.ts";

const scope = {
  parameters: new Map<string, unknown>([
    ["Text", "t"],
    ["Flag", true],
    ["List", ["a", "b"]],
    ["Maps", [{ a: "b" }]],
  ]),
  variables: new Map<string, unknown>([["Seen", ["x"]]]),
  outputs: new Map<string, unknown>([["ran.Number", 3]]),
  steps: new Set(["ran", "other"]),
  system: new Map([["global:REGION", "us-east-1"]]),
};

describe("references", () => {
  test("a value that is one reference keeps its type", () => {
    expect(resolve("{{ Flag }}", scope)).toBe(true);
    expect(resolve("{{List}}", scope)).toEqual(["a", "b"]);
    expect(resolve("{{ ran.Number }}", scope)).toBe(3);
    expect(resolve("{{ variable:Seen }}", scope)).toEqual(["x"]);
    expect(resolve({ deep: ["{{ Maps }}"] }, scope)).toEqual({ deep: [[{ a: "b" }]] });
  });

  test("a reference inside a text becomes text", () => {
    expect(resolve("{{ Text }}-{{ Flag }} in {{ global:REGION }}", scope)).toBe(
      "t-true in us-east-1",
    );
    expect(resolve("maps: {{ Maps }}", scope)).toBe('maps: [{"a":"b"}]');
  });

  test("an output that has no value fails, and says which", () => {
    expect(() => resolve("{{ other.Output }}", scope)).toThrow("The step other has not run");
    expect(() => resolve("x {{ ran.Missing }}", scope)).toThrow("ran.Missing");
    expect(() => resolve("{{ Unknown }}", scope)).toThrow("Unknown is not defined");
    expect(() => resolve("{{ variable:None }}", scope)).toThrow("no variable None");
    expect(() => resolve("{{ global:OTHER }}", scope)).toThrow("global:OTHER is not defined");
  });

  test("double braces of a script stay unless they name something", () => {
    expect(resolveScript("f'{{x}}' {{ Text }}", scope)).toBe("f'{{x}}' t");
  });
});

test("ISO 8601 durations", () => {
  expect(seconds("PT5M")).toBe(300);
  expect(seconds("P1DT1H1M1.5S")).toBe(90_061.5);
  expect(seconds("P1W")).toBe(604_800);
  for (const wrong of ["", "P", "5M", "PT5", "PT-5M", "P1M"])
    expect(seconds(wrong)).toBeUndefined();
});
