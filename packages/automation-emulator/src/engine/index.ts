/** The SSM Automation of the emulator. */
import type { Automation, Caller } from "../gateway/ports.ts";
import { describeExecutions, describeSteps } from "./describe.ts";
import { AwsError } from "./errors.ts";
import type { Execution, Shown } from "./executions.ts";
import { fetchDocument } from "./fetch.ts";
import {
  type Input,
  inputMap,
  maps,
  optionalString,
  requiredString,
  strings,
  validation,
} from "./input.ts";
import type { Workers } from "./jobs.ts";
import { startFleet } from "./rateControl.ts";
import { launch, machineOf, type Order, prepare, type Starter } from "./start.ts";
import { killExecution, stop } from "./stop.ts";
import { type Registry, startPlaces } from "./targetLocations.ts";
import { createTokens } from "./tokens.ts";
import { type CancelledScripts, callerCredentials, type Tools } from "./tools.ts";
import { refuseUnsupported } from "./unsupported.ts";
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
  /** `kill` by default. */
  readonly cancelledScripts?: CancelledScripts;
  /** None by default. */
  readonly faultsAtStep?: Tools["faultsAtStep"];
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
  const tools: Tools = {
    endpoint,
    workers,
    timeScale,
    cancelledScripts: options.cancelledScripts ?? "kill",
    faultsAtStep: options.faultsAtStep ?? (() => []),
  };
  const executions = new Map<string, Execution>();
  let tokens = createTokens();
  const register = (execution: Execution): void => void executions.set(execution.id, execution);
  const registry: Registry = {
    add: register,
    get: (id) => executions.get(id),
    expected: new Map(),
  };
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
    refuseUnsupported(input);
    const asked = await orderOf(tools, input, caller);
    const order = {
      ...asked,
      ...registry.expected.get(optionalString(input, "ClientToken") ?? ""),
    };
    const { shown } = order;
    if (shown.TargetLocations !== undefined) {
      const { id } = await startPlaces(tools, order, registry);
      return { AutomationExecutionId: id };
    }
    if (shown.Targets !== undefined || shown.TargetMaps !== undefined) {
      const { id } = await startFleet(tools, order, register);
      return { AutomationExecutionId: id };
    }
    const prepared = prepare(order);
    const machine = await machineOf(tools, prepared);
    register(prepared.execution);
    launch(machine);
    return { AutomationExecutionId: prepared.execution.id };
  }

  function kill(executionId: string): void {
    const execution = executions.get(executionId);
    if (execution !== undefined) killExecution(execution);
  }

  async function reset(): Promise<void> {
    for (const execution of all()) kill(execution.id);
    await Promise.all(all().map(({ settled }) => settled));
    executions.clear();
    registry.expected.clear();
    tokens = createTokens();
  }

  return {
    reset,
    handle: async (operation, given, caller) => {
      const input = inputMap(given);
      switch (operation) {
        case "StartAutomationExecution": {
          const token = optionalString(input, "ClientToken");
          if (token === undefined) return start(input, caller);
          // "The token must be unique, is case insensitive".
          const key = `${caller.accountId} ${caller.region} ${token.toLowerCase()}`;
          const { ClientToken: _, ...rest } = input;
          return tokens.once(key, rest, () => start(input, caller));
        }
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

/** Reads a request to start, and fetches its document. @throws AwsError */
async function orderOf(tools: Tools, input: Input, caller: Caller): Promise<Order> {
  const version = optionalString(input, "DocumentVersion");
  const fetched = await fetchDocument(
    tools.endpoint,
    caller.accountId,
    caller.region,
    requiredString(input, "DocumentName"),
    version,
  );
  return {
    starter: starterOf(caller),
    fetched,
    ...(version !== undefined && { version }),
    parameters: wireParameters(input.Parameters),
    shown: shownOf(input),
    tags: tagsOf(input),
  };
}

const starterOf = (caller: Caller): Starter => ({
  accountId: caller.accountId,
  region: caller.region,
  arn: caller.arn ?? `arn:aws:iam::${caller.accountId}:root`,
  credentials: callerCredentials(caller),
});

function shownOf(input: Input): Shown {
  const text = <K extends string>(name: K): { [P in K]?: string } => {
    const value = optionalString(input, name);
    const none: { [P in K]?: string } = {};
    return value === undefined ? none : { ...none, [name]: value };
  };
  const list = <K extends string>(name: K): { [P in K]?: readonly Input[] } => {
    const value = maps(input[name], name);
    const none: { [P in K]?: readonly Input[] } = {};
    return value.length === 0 ? none : { ...none, [name]: value };
  };
  return {
    Mode: optionalString(input, "Mode") ?? "Auto",
    ...text("TargetParameterName"),
    ...text("MaxConcurrency"),
    ...text("MaxErrors"),
    ...list("Targets"),
    ...list("TargetMaps"),
    ...list("TargetLocations"),
  };
}

function wireParameters(value: unknown): Record<string, readonly string[]> {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, texts]) => [name, strings(texts, `Parameters.${name}`)]),
  );
}

/** "You can specify a maximum of five tags for an automation." */
function tagsOf(input: Input): ReadonlyMap<string, string> {
  const tags = maps(input.Tags, "Tags");
  if (tags.length > 5) throw validation(`An automation has five tags at most, not ${tags.length}.`);
  return new Map(
    tags.map((tag) => [requiredString(tag, "Key"), optionalString(tag, "Value") ?? ""]),
  );
}
