import { describe, expect, test } from "vitest";
import { resolve, resolveScript } from "../../src/engine/variables.ts";

const scope = {
  parameters: new Map<string, unknown>([
    ["Text", "t"],
    ["Flag", true],
    ["List", ["a", "b"]],
    ["Maps", [{ a: "b" }]],
  ]),
  variables: new Map<string, unknown>([["Seen", ["x"]]]),
  outputs: (step: string) =>
    step === "ran"
      ? {
          values: new Map<string, unknown>([
            ["Number", 3],
            ["Deep", { list: [{ id: "x" }] }],
          ]),
          declared: new Set(["Number", "Empty"]),
        }
      : undefined,
  steps: new Set(["ran", "other"]),
  system: new Map([["global:REGION", "us-east-1"]]),
};

describe("references", () => {
  test("a value that is one reference keeps its type", () => {
    expect(resolve("{{ Flag }}", scope)).toBe(true);
    expect(resolve("{{List}}", scope)).toEqual(["a", "b"]);
    expect(resolve("{{ ran.Number }}", scope)).toBe(3);
    expect(resolve("{{ variable:Seen }}", scope)).toEqual(["x"]);
    expect(resolve("{{ ran.Deep.list[0].id }}", scope)).toBe("x");
  });

  test("a reference to a list inside a list is flattened, a list that is written there is not", () => {
    expect(resolve({ deep: ["{{ Maps }}"] }, scope)).toEqual({ deep: [{ a: "b" }] });
    expect(resolve(["{{ List }}", "c", "{{ Flag }}"], scope)).toEqual(["a", "b", "c", true]);
    expect(resolve([["{{ List }}"]], scope)).toEqual([["a", "b"]]);
  });

  test("a reference inside a text becomes text", () => {
    expect(resolve("{{ Text }}-{{ Flag }} in {{ global:REGION }}", scope)).toBe(
      "t-true in us-east-1",
    );
    expect(resolve("maps: {{ Maps }}", scope)).toBe('maps: [{"a":"b"}]');
  });

  test("an output that has no value fails, and says which", () => {
    expect(() => resolve("{{ other.Output }}", scope)).toThrow("The step other has not succeeded");
    expect(() => resolve("x {{ ran.Missing }}", scope)).toThrow("ran.Missing");
    expect(() => resolve("{{ Unknown }}", scope)).toThrow("Unknown is not defined");
    expect(() => resolve("{{ variable:None }}", scope)).toThrow("no variable None");
    expect(() => resolve("{{ global:OTHER }}", scope)).toThrow("global:OTHER is not defined");
    expect(() => resolve("{{ssm:/a/b}}", scope)).toThrow("ssm:/a/b is read in the defaults");
  });

  test("an output of a step that succeeded without it stays as it is written", () => {
    expect(resolve("{{ran.Empty}}", scope)).toBe("{{ran.Empty}}");
    expect(resolve("is {{ ran.Empty }}", scope)).toBe("is {{ ran.Empty }}");
  });

  test("double braces of a script stay unless they name something", () => {
    expect(resolveScript("f'{{x}}' {{ Text }}", scope)).toBe("f'{{x}}' t");
  });
});
