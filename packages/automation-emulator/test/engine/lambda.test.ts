/** aws:invokeLambdaFunction. moto runs functions in Docker; without, it gives the answer that a test has set. */
import type { AutomationExecution, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ActionContext } from "../../src/engine/actions/action.ts";
import { invokeLambdaFunction } from "../../src/engine/actions/invokeLambdaFunction.ts";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { create, get, script, ssmOf, start, states } from "./harness.ts";

let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  ssm = ssmOf(emulator, "111122223333");
  const config = { lambda: { use_docker: false } };
  await fetch(`${emulator.endpoint}/moto-api/config`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(config),
  });
});
afterAll(() => emulator.close());

/** Makes a function as a step of its own, whose code nobody runs. */
const make = script("make", [
  "import io, json, zipfile",
  "data = io.BytesIO()",
  "with zipfile.ZipFile(data, 'w') as file: file.writestr('f.py', 'def f(e, c): return 1')",
  "boto3.client('lambda').create_function(FunctionName='retry', Runtime='python3.11', Handler='f.f',",
  "  Role='arn:aws:iam::111122223333:role/Any', Code={'ZipFile': data.getvalue()})",
]);

async function run(FunctionName: string): Promise<AutomationExecution> {
  const invoke = {
    name: "invoke",
    action: "aws:invokeLambdaFunction",
    inputs: { FunctionName, InputPayload: { n: 1 } },
  };
  const outputs = ["invoke.StatusCode", "invoke.Payload"];
  const id = await start(ssm, await create(ssm, [make, invoke], { outputs }));
  await emulator.engine.settled(id);
  return get(ssm, id);
}

test("invokes a function and gives its answer to the outputs", async () => {
  const execution = await run("retry");
  expect(execution.FailureMessage ?? "").toBe("");
  expect(states(execution)).toEqual({ make: "Success", invoke: "Success" });
  expect(execution.Outputs?.["invoke.StatusCode"]).toEqual(["200"]);
  expect(execution.Outputs?.["invoke.Payload"]?.[0]).not.toBe("");
});

const invoke = async (inputs: object, answer: object) => {
  const asked: unknown[] = [];
  const context: Partial<ActionContext> = {
    inputs: { ...inputs },
    call: async (...call) => {
      asked.push(call[2]);
      return answer;
    },
  };
  await invokeLambdaFunction.run(context as ActionContext);
  return asked;
};

test("hands a map on as JSON, and a text as it is", async () => {
  expect(await invoke({ FunctionName: "f", InputPayload: { n: 1 } }, {})).toEqual([
    { FunctionName: "f", Payload: '{"n":1}' },
  ]);
  expect(await invoke({ FunctionName: "f", Payload: '{"a": 1}' }, {})).toEqual([
    { FunctionName: "f", Payload: '{"a": 1}' },
  ]);
});

test("waits for a function as long as one may run", async () => {
  let allowed: number | undefined;
  const context: Partial<ActionContext> = {
    inputs: { FunctionName: "f" },
    call: async (_service, _operation, _parameters, options) => {
      allowed = options?.seconds;
      return {};
    },
  };
  await invokeLambdaFunction.run(context as ActionContext);
  expect(allowed).toBe(300);
});

test("an error of the function fails the step", async () => {
  const answer = { StatusCode: 200, FunctionError: "Unhandled", Payload: '{"errorMessage": "no"}' };
  await expect(invoke({ FunctionName: "f" }, answer)).rejects.toThrow(/Unhandled.*no/);
});
