import type { AutomationExecution, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import {
  create,
  fail,
  get,
  pass,
  type Step,
  script,
  ssmOf,
  start,
  states,
  stepOf,
} from "./harness.ts";

let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 200 });
  ssm = ssmOf(emulator, "111122223333");
});
afterAll(() => emulator.close());

async function run(
  steps: readonly Step[],
  parameters: Record<string, string[]> = {},
  rest: object = {},
): Promise<AutomationExecution> {
  const id = await start(ssm, await create(ssm, steps, rest), { Parameters: parameters });
  await emulator.engine.settled(id);
  return get(ssm, id);
}

describe("values", () => {
  const parameters = { Flag: { type: "Boolean" }, Maps: { type: "MapList", default: [] } };

  test("go with their types from parameters to scripts and from step to step", async () => {
    const execution = await run(
      [
        script(
          "first",
          ["print('said', events['maps'])", "return {'n': 3, 'flag': events['flag']}"],
          {
            payload: { flag: "{{ Flag }}", maps: "{{ Maps }}" },
            outputs: [
              { Name: "N", Selector: "$.Payload.n", Type: "Integer" },
              { Name: "Flag", Selector: "$.Payload.flag", Type: "Boolean" },
            ],
          },
        ),
        script("second", ["return {'sum': events['n'] + 1, 'flag': events['flag'] is True}"], {
          payload: { n: "{{ first.N }}", flag: "{{ first.Flag }}" },
          outputs: [
            { Name: "Sum", Selector: "$.Payload.sum", Type: "String" },
            { Name: "Flag", Selector: "$.Payload.flag", Type: "Boolean" },
          ],
        }),
      ],
      { Flag: ["True"], Maps: ['{"a":"b"}'] },
      { parameters, outputs: ["second.Sum", "second.Flag"] },
    );
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(execution.Outputs).toEqual({ "second.Sum": ["4"], "second.Flag": ["true"] });
    const { OutputPayload } = stepOf(execution, "first").Outputs ?? {};
    expect(JSON.parse(OutputPayload?.[0] ?? "")).toEqual({
      Payload: { n: 3, flag: true },
      ExecutionLog: "said [{'a': 'b'}]\n",
    });
    expect(stepOf(execution, "first").Inputs?.InputPayload).toBe(
      '{"flag":true,"maps":[{"a":"b"}]}',
    );
  });

  test("of steps that did not run fail the step that asks for them", async () => {
    const asks = { name: "asks", action: "aws:sleep", inputs: { Duration: "{{ skipped.X }}" } };
    const execution = await run([
      pass("first", { nextStep: "asks" }),
      script("skipped", ["return 1"], {
        outputs: [{ Name: "X", Selector: "$.Payload", Type: "String" }],
      }),
      asks,
    ]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ first: "Success", asks: "Failed" });
    expect(execution.FailureMessage).toContain("Failed to resolve input: skipped.X");
    expect(stepOf(execution, "asks").FailureDetails?.FailureStage).toBe("InputValidation");
  });

  test("of the system are there", async () => {
    const names = ["global:ACCOUNT_ID", "global:REGION", "global:AWS_PARTITION"];
    const execution = await run(
      [
        script("system", ["return events['v'] + [events['id']]"], {
          payload: { v: names.map((name) => `{{ ${name} }}`), id: "{{ automation:EXECUTION_ID }}" },
          outputs: [{ Name: "All", Selector: "$.Payload", Type: "StringList" }],
        }),
      ],
      {},
      { outputs: ["system.All"] },
    );
    expect(execution.Outputs?.["system.All"]).toEqual([
      "111122223333",
      "us-east-1",
      "aws",
      execution.AutomationExecutionId,
    ]);
  });

  test("of outputs that no step gave are said to be missing", async () => {
    const execution = await run([pass("a")], {}, { outputs: ["a.Nothing"] });
    expect(execution.Outputs).toEqual({
      "a.Nothing": ["No output available yet because the step is not successfully executed"],
    });
  });
});

describe("the way through the steps", () => {
  test("goes on in order, jumps with nextStep and stops at isEnd", async () => {
    const execution = await run([
      pass("a", { nextStep: "c" }),
      pass("b"),
      pass("c"),
      pass("d", { isEnd: true }),
      pass("e"),
    ]);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(states(execution)).toEqual({ a: "Success", c: "Success", d: "Success" });
  });

  test("takes the first choice that holds, then the default, then the next step", async () => {
    const choose = (name: string, inputs: object) => ({ name, action: "aws:branch", inputs });
    const no = { Variable: "{{ Flag }}", BooleanEquals: false, NextStep: "never" };
    const yes = { Variable: "{{ Flag }}", BooleanEquals: true, NextStep: "byDefault" };
    const execution = await run(
      [
        choose("byChoice", { Choices: [no, yes], Default: "never" }),
        pass("never"),
        choose("byDefault", { Choices: [no], Default: "byOrder" }),
        choose("byOrder", { Choices: [no] }),
        pass("last"),
      ],
      {},
      { parameters: { Flag: { type: "Boolean", default: true } } },
    );
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(Object.keys(states(execution))).toEqual(["byChoice", "byDefault", "byOrder", "last"]);
  });

  test("fails at a choice that leads to no step", async () => {
    const inputs = {
      Choices: [{ NextStep: "{{ Next }}", Variable: "{{ Next }}", StringEquals: "nowhere" }],
    };
    const execution = await run(
      [{ name: "choose", action: "aws:branch", inputs }, pass("after")],
      {},
      { parameters: { Next: { type: "String", default: "nowhere" } } },
    );
    expect(states(execution)).toEqual({ choose: "Failed" });
    expect(execution.FailureMessage).toContain("nowhere, and there is no such step");
  });
});

describe("a step that fails", () => {
  test("ends the execution", async () => {
    const execution = await run([fail("bad"), pass("after")]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ bad: "Failed" });
    expect(execution.FailureMessage).toMatch(
      /^Step fails when it is .* is not an ISO 8601 duration/,
    );
  });

  test("with onFailure Continue does not count", async () => {
    const execution = await run([fail("bad", { onFailure: "Continue" }), pass("after")]);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    expect(states(execution)).toEqual({ bad: "Failed", after: "Success" });
  });

  test("with onFailure Continue counts when it is critical", async () => {
    const step = fail("bad", { onFailure: "Continue", isCritical: true });
    const execution = await run([step, pass("after")]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ bad: "Failed", after: "Success" });
  });

  test("with a step to go on to counts, unless it is not critical", async () => {
    const steps = (isCritical: boolean) => [
      fail("bad", { onFailure: "step:report", isCritical }),
      pass("between"),
      pass("report"),
    ];
    const counted = await run(steps(true));
    expect(counted.AutomationExecutionStatus).toBe("Failed");
    expect(counted.FailureMessage).toBe(stepOf(counted, "bad").FailureMessage);
    expect(states(counted)).toEqual({ bad: "Failed", report: "Success" });
    expect((await run(steps(false))).AutomationExecutionStatus).toBe("Success");
  });

  test("stops at isEnd, whatever onFailure says", async () => {
    const step = fail("bad", { onFailure: "step:report", isEnd: true });
    const execution = await run([step, pass("report")]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(states(execution)).toEqual({ bad: "Failed" });
  });

  test("is tried as often as maxAttempts says", async () => {
    const lines = ["boto3.client('ec2').describe_vpcs()", "raise ValueError('no')"];
    const execution = await run([script("bad", lines, { maxAttempts: 3 })]);
    const calls = emulator.calls.of({
      executionId: execution.AutomationExecutionId ?? "",
      step: "bad",
    });
    expect(calls.map(({ step, attempt }) => [step, attempt])).toEqual([
      ["bad", 1],
      ["bad", 2],
      ["bad", 3],
    ]);
    expect(stepOf(execution, "bad")).toMatchObject({ StepStatus: "Failed", MaxAttempts: 3 });
    expect(execution.FailureMessage).toMatch(
      /line 4, in handler[\s\S]*\n\nValueError - no\. Please/,
    );
  });

  test("keeps what its script printed", async () => {
    const execution = await run([script("bad", ["print('so far')", "return 1 / 0"])]);
    expect(stepOf(execution, "bad").Outputs).toEqual({
      OutputPayload: ['{"ExecutionLog":"so far\\n"}'],
    });
  });

  test("for its action says which", async () => {
    const execution = await run([{ name: "a", action: "aws:executeStateMachine", inputs: {} }]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(execution.FailureMessage).toContain("does not run the action aws:executeStateMachine");
  });
});

describe("timeoutSeconds and maxAttempts", () => {
  const nap = (rest: object): Step => ({
    name: "nap",
    action: "aws:sleep",
    inputs: { Duration: "PT10M" },
    ...rest,
  });
  const parameters = { Count: { type: "Integer", default: 2 } };

  test("may refer to parameters", async () => {
    const step = nap({ timeoutSeconds: "{{ Count }}", maxAttempts: "{{ Count }}" });
    const execution = await run([step], {}, { parameters });
    expect(stepOf(execution, "nap")).toMatchObject({
      StepStatus: "TimedOut",
      TimeoutSeconds: 2,
      MaxAttempts: 2,
    });
    const none = await run([step], { Count: ["0"] }, { parameters });
    expect(none.FailureMessage).toContain("timeoutSeconds is 0, which is not an integer");
  });

  test.each([
    { timeoutSeconds: "soon" },
    { timeoutSeconds: 0 },
    { timeoutSeconds: 1.5 },
    { timeoutSeconds: null },
    { maxAttempts: "often" },
    { maxAttempts: -1 },
  ])("make the document invalid where they are not integers from 1: %j", async (rest) => {
    await expect(run([nap(rest)])).rejects.toMatchObject({
      name: "InvalidDocumentContent",
      message: expect.stringContaining("which is not an integer from 1"),
    });
  });
});

describe("a step that takes too long", () => {
  test("is timed out, and so is the execution", async () => {
    const nap = {
      name: "nap",
      action: "aws:sleep",
      inputs: { Duration: "PT10M" },
      timeoutSeconds: 60,
    };
    const execution = await run([nap, pass("after")]);
    expect(execution.AutomationExecutionStatus).toBe("TimedOut");
    expect(states(execution)).toEqual({ nap: "TimedOut" });
    expect(execution.FailureMessage).toContain("longer than 60 seconds");
  });

  test("goes where onFailure says", async () => {
    const lines = ["print('before')", "time.sleep(500)"];
    const execution = await run([
      script("slow", lines, { timeoutSeconds: 30, onFailure: "step:report" }),
      pass("never"),
      pass("report"),
    ]);
    expect(execution.AutomationExecutionStatus).toBe("TimedOut");
    expect(states(execution)).toEqual({ slow: "TimedOut", report: "Success" });
    expect(stepOf(execution, "slow").Outputs?.OutputPayload?.[0]).toContain("before");
  });
});
