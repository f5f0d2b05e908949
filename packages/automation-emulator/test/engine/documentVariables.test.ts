import type { AutomationExecution, SSMClient } from "@aws-sdk/client-ssm";
import { limitsOf } from "automation-language/parameters";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkVariable, initialVariables } from "../../src/engine/documentVariables.ts";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { create, get, type Step, script, ssmOf, start, states } from "./harness.ts";

let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 200 });
  ssm = ssmOf(emulator, "111122223333");
});
afterAll(() => emulator.close());

async function run(steps: readonly Step[], rest: object): Promise<AutomationExecution> {
  const id = await start(ssm, await create(ssm, steps, rest));
  await emulator.engine.settled(id);
  return get(ssm, id);
}

const update = (name: string, Name: string, Value: unknown, rest: object = {}): Step => ({
  name,
  action: "aws:updateVariable",
  inputs: { Name, Value },
  ...rest,
});

const variables = {
  Phase: { type: "String", default: "new" },
  Seen: { type: "StringList", default: ["a"] },
};

/** Returns the two variables. */
const show = (name: string): Step =>
  script(name, ["return events"], {
    payload: {
      phase: "{{ variable:Phase }}",
      seen: "{{variable:Seen}}",
      text: "is {{variable:Phase}}",
    },
    outputs: [{ Name: "All", Selector: "$.Payload", Type: "StringMap" }],
  });

const shown = (execution: AutomationExecution, step: string): unknown =>
  JSON.parse(execution.Outputs?.[`${step}.All`]?.[0] ?? "null");

describe("the variables of a document", () => {
  test("have their default until a step gives them another value, and are shown", async () => {
    const execution = await run(
      [
        show("before"),
        update("set", "variable:Phase", "done"),
        update("grow", "variable:Seen", ["{{ variable:Phase }}", "b"]),
        show("after"),
      ],
      { variables, outputs: ["before.All", "after.All"] },
    );
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(shown(execution, "before")).toEqual({ phase: "new", seen: ["a"], text: "is new" });
    expect(shown(execution, "after")).toEqual({
      phase: "done",
      seen: ["done", "b"],
      text: "is done",
    });
    expect(execution.Variables).toEqual({ Phase: ["done"], Seen: ["done", "b"] });
  });

  test("decide a branch", async () => {
    const choice = { Variable: "{{ variable:Phase }}", StringEquals: "new", NextStep: "yes" };
    const execution = await run(
      [
        { name: "choose", action: "aws:branch", inputs: { Choices: [choice], Default: "no" } },
        update("no", "variable:Phase", "no", { isEnd: true }),
        update("yes", "variable:Phase", "yes"),
      ],
      { variables },
    );
    expect(states(execution)).toEqual({ choose: "Success", yes: "Success" });
  });

  test("keep their value when a step is refused another", async () => {
    const execution = await run([update("set", "variable:Seen", "text")], { variables });
    expect(execution.FailureMessage).toContain("The variable Seen is of type StringList");
    expect(execution.Variables).toEqual({ Phase: ["new"], Seen: ["a"] });
    const other = await run([update("set", "Seen", ["b"])], { variables });
    expect(other.FailureMessage).toContain("The input Name must be variable:NAME; it is Seen.");
  });

  test("refuse the start where a default does not fit", async () => {
    const wrong = { Count: { type: "Integer", default: "many" } };
    await expect(run([show("a")], { variables: wrong })).rejects.toMatchObject({
      name: "InvalidAutomationExecutionParametersException",
      message: expect.stringContaining("variable Count"),
    });
  });
});

const definitions = new Map(
  ["String", "Integer", "Boolean", "StringList", "StringMap", "MapList"].map((type) => [
    `A${type}`,
    { type, limits: limitsOf({ spec: {} }) },
  ]),
);

test.each([
  ["AString", "x"],
  ["AInteger", 3],
  ["ABoolean", false],
  ["AStringList", []],
  ["AStringMap", { a: 1 }],
  ["AMapList", [{ a: 1 }]],
])("a %s may be %j", (name, value) => {
  expect(() => checkVariable(definitions, name, value)).not.toThrow();
});

test.each([
  ["AString", 3, "is of type String"],
  ["AString", "", "has 0 characters"],
  ["AString", "x".repeat(513), "has 513 characters"],
  ["AInteger", "3", "is of type Integer"],
  ["AInteger", 1.5, "is of type Integer"],
  ["ABoolean", "true", "is of type Boolean"],
  ["AStringList", [1], "is of type StringList"],
  ["AStringList", Array.from({ length: 51 }, String), "has 51 items"],
  ["AStringMap", [{}], "is of type StringMap"],
  ["AStringMap", { ["k".repeat(51)]: 1 }, "AWS takes keys of 1 to 50 characters"],
  ["AMapList", Array.from({ length: 201 }, () => ({})), "has 201 items"],
  ["Other", "x", "no variable Other"],
])("a %s is refused %j", (name, value, message) => {
  expect(() => checkVariable(definitions, name, value)).toThrow(message);
});

test("a variable without a default has no value at first", () => {
  expect([...initialVariables(definitions)]).toEqual([]);
});
