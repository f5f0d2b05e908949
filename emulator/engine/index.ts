/** The SSM Automation of the emulator. */
import type { Automation, Caller } from "../front/server.ts";
import { describeExecutions, describeSteps } from "./describe.ts";
import { AwsError } from "./errors.ts";
import { type Execution, isFinal } from "./executions.ts";
import { fetchDocument } from "./fetch.ts";
import { type Input, inputMap, maps, optionalString, requiredString, strings } from "./input.ts";
import type { Workers } from "./jobs.ts";
import { launch, machineOf, type Order, prepare, type Starter } from "./start.ts";
import { callerCredentials, type Tools } from "./tools.ts";
import { isMap } from "./values.ts";
import { executionView } from "./views.ts";
import { startWorkers } from "./workers.ts";

export interface EngineOptions {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly region: string;
  readonly python: string;
  /** Seconds of AWS time per real second. */
  readonly timeScale: number;
  /** Own workers; by default Python processes. */
  readonly workers?: Workers;
}

export interface Engine extends Automation {
  /** Ends when nothing of the execution runs any more; at once for an id that is not known. */
  settled(executionId: string): Promise<void>;
  /** Ends all executions as a crash would, and the workers. */
  close(): Promise<void>;
}

/** Starts the engine. It runs scripts and calls in workers, and remembers executions until it is closed. */
export function createEngine(options: EngineOptions): Engine {
  const { endpoint, region, python, timeScale } = options;
  const workers = options.workers ?? startWorkers({ python, timeScale, endpoint, region });
  const tools: Tools = { endpoint, workers, timeScale };
  const executions = new Map<string, Execution>();
  const tokens = new Map<string, Told>();
  const all = (): Execution[] => [...executions.values()];
  const of = (caller: Caller): Execution[] =>
    all().filter((one) => one.accountId === caller.accountId && one.region === caller.region);
  const find = (input: Input, caller: Caller): Execution => {
    const id = requiredString(input, "AutomationExecutionId");
    const found = of(caller).find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new AwsError(
      "AutomationExecutionNotFoundException",
      `Automation execution with id ${id} does not exist.`,
    );
  };

  async function start(input: Input, caller: Caller): Promise<unknown> {
    const told = await begin(input, caller);
    return { AutomationExecutionId: told };
  }

  async function begin(input: Input, caller: Caller): Promise<string> {
    const fetched = await fetchDocument(
      endpoint,
      caller.accountId,
      caller.region,
      requiredString(input, "DocumentName"),
      optionalString(input, "DocumentVersion"),
    );
    const order: Order = {
      starter: starterOf(caller),
      fetched,
      parameters: wireParameters(input.Parameters),
      shown: { Mode: optionalString(input, "Mode") ?? "Auto" },
      tags: tagsOf(input),
    };
    const prepared = prepare(order);
    const machine = await machineOf(tools, prepared);
    executions.set(prepared.execution.id, prepared.execution);
    launch(machine);
    return prepared.execution.id;
  }

  function kill(executionId: string): void {
    const execution = executions.get(executionId);
    if (execution === undefined) return;
    execution.control.kill.abort();
    for (const child of execution.children) kill(child.id);
  }

  return {
    handle: async (operation, given, caller) => {
      const input = inputMap(given);
      switch (operation) {
        case "StartAutomationExecution":
          return once(tokens, input, caller, () => start(input, caller));
        case "GetAutomationExecution":
          return { AutomationExecution: executionView(find(input, caller)) };
        case "DescribeAutomationExecutions":
          return describeExecutions(of(caller), input);
        case "DescribeAutomationStepExecutions":
          return describeSteps(find(input, caller), input);
        case "StopAutomationExecution":
          stop(find(input, caller), optionalString(input, "Type") ?? "Cancel");
          return {};
        default:
          throw new AwsError("UnknownOperationException", `The emulator has no ${operation}.`);
      }
    },
    kill,
    settled: async (executionId) => executions.get(executionId)?.settled,
    close: async () => {
      for (const execution of all()) kill(execution.id);
      await Promise.all(all().map(({ settled }) => settled));
      await workers.close();
    },
  };
}

const starterOf = (caller: Caller): Starter => ({
  accountId: caller.accountId,
  region: caller.region,
  arn: caller.arn ?? `arn:aws:iam::${caller.accountId}:root`,
  credentials: callerCredentials(caller),
});

/** An input that came with a ClientToken, and what it was answered. */
interface Told {
  readonly input: string;
  readonly answer: Promise<unknown>;
}

/**
 * Answers a request with a ClientToken once.
 *
 * @throws AwsError IdempotentParameterMismatch for the same token with another input
 */
function once(
  tokens: Map<string, Told>,
  input: Input,
  caller: Caller,
  start: () => Promise<unknown>,
): Promise<unknown> {
  const token = optionalString(input, "ClientToken");
  if (token === undefined) return start();
  const key = `${caller.accountId} ${caller.region} ${token}`;
  const known = tokens.get(key);
  const said = JSON.stringify(input);
  if (known !== undefined) {
    if (known.input === said) return known.answer;
    throw new AwsError(
      "IdempotentParameterMismatch",
      "The client token was used before, with other parameters.",
    );
  }
  const answer = start();
  tokens.set(key, { input: said, answer });
  // What was refused may be tried again.
  answer.catch(() => tokens.delete(key));
  return answer;
}

function stop(execution: Execution, type: string): void {
  if (type !== "Cancel" && type !== "Complete") {
    throw new AwsError("ValidationException", `Type must be Cancel or Complete, not ${type}.`);
  }
  if (isFinal(execution.status)) {
    throw new AwsError(
      "InvalidAutomationStatusUpdateException",
      `Execution ${execution.id} is in the status ${execution.status} and can't be stopped.`,
    );
  }
  if (type === "Complete") {
    execution.control.complete = true;
  } else {
    execution.status = "Cancelling";
    execution.control.cancel.abort();
  }
  for (const child of execution.children) if (!isFinal(child.status)) stop(child, type);
}

function wireParameters(value: unknown): Record<string, readonly string[]> {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, texts]) => [name, strings(texts, `Parameters.${name}`)]),
  );
}

const tagsOf = (input: Input): ReadonlyMap<string, string> =>
  new Map(
    maps(input.Tags, "Tags").map((tag) => [
      requiredString(tag, "Key"),
      optionalString(tag, "Value") ?? "",
    ]),
  );
