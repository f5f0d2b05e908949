/** The SSM Automation of the emulator. */

import { isRecord } from "automation-language/values";
import type { Automation, Caller } from "../gateway/ports.ts";
import { createTime } from "./clock.ts";
import { createCommands } from "./commands.ts";
import { describeExecutions, describeSteps } from "./describe.ts";
import { AwsError } from "./errors.ts";
import { type Execution, isFinal, type Shown } from "./executions.ts";
import { fetchDocument } from "./fetch.ts";
import { type Input, inputMap, maps, optionalString, requiredString, strings } from "./input.ts";
import type { Workers } from "./jobs.ts";
import { noKeeper, openKeeper } from "./keeper.ts";
import { interrupted } from "./kept.ts";
import { startOverTheWire } from "./overTheWire.ts";
import { startForTargets } from "./rateControl.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { type SignalType, sendSignal } from "./signals.ts";
import { type Launcher, launch, machineOf, type Order, prepare, type Starter } from "./start.ts";
import { killExecution, stop } from "./stop.ts";
import { addTags, listTags, removeTags, tagsOf } from "./tags.ts";
import { startForTargetLocations } from "./targetLocations.ts";
import { createTokens } from "./tokens.ts";
import { type CancelledScripts, callerCredentials, type Tools } from "./tools.ts";
import { refuseUnsupported } from "./unsupported.ts";
import { executionView } from "./views.ts";
import { startWorkers } from "./workers.ts";

export interface EngineOptions {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly region: string;
  readonly python: string;
  /** Seconds of AWS time per real second; with 0 the engine waits until its time is advanced. */
  readonly timeScale: number;
  /** AWS seconds that each script step costs beyond what its script takes; 0 by default. */
  readonly stepSeconds?: number;
  /** `kill` by default. */
  readonly cancelledScripts?: CancelledScripts;
  /** None by default. */
  readonly faultsAtStep?: Tools["faultsAtStep"];
  /** Where executions are kept, so that they can be read after another start; nowhere by default. */
  readonly stateFolder?: string;
  /** Own workers; by default Python processes. */
  readonly workers?: Workers;
}

export interface Engine extends Automation {
  /** Ends when nothing of the execution runs any more; at once for an id that is not known. */
  settled(executionId: string): Promise<void>;
  /** Ends all executions as a crash would, and forgets them and the results of commands. */
  reset(): Promise<void>;
  /** Ends all executions as a crash would, and the workers. */
  close(): Promise<void>;
}

/**
 * Starts the engine. It runs scripts and calls in workers, and remembers executions.
 *
 * @throws Error for a state folder that can't be read
 */
export function createEngine(options: EngineOptions): Engine {
  const { endpoint, region, python, timeScale } = options;
  const time = createTime(timeScale);
  const { stateFolder } = options;
  const keeper = stateFolder === undefined ? noKeeper : openKeeper(stateFolder, time);
  const workers = options.workers ?? startWorkers({ python, endpoint, region });
  const commands = createCommands();
  const tools: Tools = {
    endpoint,
    workers,
    python,
    time,
    scriptSeconds: options.stepSeconds ?? 0,
    commands,
    cancelledScripts: options.cancelledScripts ?? "kill",
    faultsAtStep: options.faultsAtStep ?? (() => []),
  };
  const registry = createRegistry(keeper);
  const tokens = createTokens();
  const handle = createHandler(tools, registry, tokens);
  const end = async (why?: string): Promise<void> => {
    const all = registry.all();
    for (const execution of all) killExecution(execution, why);
    await Promise.all(all.map(({ settled }) => settled));
  };
  return {
    time,
    commands,
    handle,
    kill: (executionId) => {
      const execution = registry.get(executionId);
      if (execution !== undefined) killExecution(execution);
    },
    stop: (executionId, type) => {
      const execution = registry.get(executionId);
      if (execution !== undefined && !isFinal(execution.state)) stop(execution, type);
    },
    settled: async (executionId) => registry.get(executionId)?.settled,
    reset: async () => {
      await end();
      registry.clear();
      tokens.clear();
      commands.clear();
      time.reset();
    },
    close: async () => {
      await end(interrupted);
      keeper.close();
      await workers.close();
    },
  };
}

/** Answers the operations of the API. */
function createHandler(
  tools: Tools,
  registry: Registry,
  tokens: ReturnType<typeof createTokens>,
): Automation["handle"] {
  const of = (caller: Caller): Execution[] =>
    registry
      .all()
      .filter((one) => one.accountId === caller.accountId && one.region === caller.region);
  const find = (id: string, caller: Caller): Execution => {
    const found = registry.get(id);
    if (found?.accountId === caller.accountId && found.region === caller.region) return found;
    throw new AwsError(
      "AutomationExecutionNotFoundException",
      `Automation execution with id ${id} does not exist.`,
    );
  };
  const named = (input: Input, caller: Caller): Execution =>
    find(requiredString(input, "AutomationExecutionId"), caller);
  const tagged = (input: Input, caller: Caller): Execution =>
    find(requiredString(input, "ResourceId"), caller);
  const retag = (input: Input, caller: Caller, change: typeof addTags): unknown => {
    const execution = tagged(input, caller);
    const answer = change(execution, input);
    registry.changed(execution);
    return answer;
  };
  return async (operation, given, caller) => {
    const input = inputMap(given);
    switch (operation) {
      case "StartAutomationExecution":
        return startOnce(tools, registry, tokens, input, caller);
      case "GetAutomationExecution":
        return { AutomationExecution: executionView(named(input, caller)) };
      case "DescribeAutomationExecutions":
        return describeExecutions(of(caller), input);
      case "DescribeAutomationStepExecutions":
        return describeSteps(named(input, caller), input);
      case "StopAutomationExecution":
        stop(named(input, caller), optionalString(input, "Type") ?? "Cancel");
        return {};
      case "SendAutomationSignal":
        sendSignal(named(input, caller), {
          type: requiredString(input, "SignalType") as SignalType,
          payload: wireParameters(input.Payload, "Payload"),
          by: arnOf(caller),
        });
        return {};
      case "AddTagsToResource":
        return retag(input, caller, addTags);
      case "RemoveTagsFromResource":
        return retag(input, caller, removeTags);
      case "ListTagsForResource":
        return listTags(tagged(input, caller));
      default:
        throw new AwsError("UnknownOperationException", `The emulator has no ${operation}.`);
    }
  };
}

/** Starts an execution, or gives the one that was started with the same ClientToken. */
async function startOnce(
  tools: Tools,
  registry: Registry,
  tokens: ReturnType<typeof createTokens>,
  input: Input,
  caller: Caller,
): Promise<unknown> {
  const token = optionalString(input, "ClientToken");
  const started = async (): Promise<unknown> => {
    const { id } = await start(tools, registry, input, caller);
    return { AutomationExecutionId: id };
  };
  if (token === undefined || registry.expected.has(token)) return started();
  // "The token must be unique, is case insensitive".
  const key = `${caller.accountId} ${caller.region} ${token.toLowerCase()}`;
  const { ClientToken: _, ...rest } = input;
  return tokens.once(key, rest, started);
}

async function start(
  tools: Tools,
  registry: Registry,
  input: Input,
  caller: Caller,
): Promise<Execution> {
  refuseUnsupported(input);
  const asked = await orderOf(tools, registry, input, caller);
  const order = { ...asked, ...registry.expected.get(optionalString(input, "ClientToken") ?? "") };
  const { shown } = order;
  if (shown.TargetLocations !== undefined) return startForTargetLocations(tools, order, registry);
  const many = [shown.Targets, shown.TargetMaps, shown.TargetParameterName];
  if (many.some((part) => part !== undefined)) return startForTargets(tools, order, registry.add);
  const prepared = await prepare(tools, order);
  const machine = await machineOf(tools, prepared);
  registry.add(prepared.execution);
  launch(machine);
  return prepared.execution;
}

/** Starts executions as the user who started the first one. */
const launcherFor = ({ endpoint }: Tools, registry: Registry, starter: Starter): Launcher => ({
  start: (request, { parent, agent }) => {
    const { region, credentials } = starter;
    return startOverTheWire(registry, { endpoint, region, credentials, agent }, request, {
      parent,
    });
  },
});

/** Reads a request to start, and fetches its document. @throws AwsError */
async function orderOf(
  tools: Tools,
  registry: Registry,
  input: Input,
  caller: Caller,
): Promise<Order> {
  const starter = starterOf(caller);
  const version = optionalString(input, "DocumentVersion");
  const fetched = await fetchDocument(
    tools.endpoint,
    caller.accountId,
    caller.region,
    requiredString(input, "DocumentName"),
    version,
  );
  return {
    starter,
    launcher: launcherFor(tools, registry, starter),
    fetched,
    ...(version !== undefined && { version }),
    parameters: wireParameters(input.Parameters, "Parameters"),
    shown: shownOf(input),
    tags: tagsOf(input.Tags),
  };
}

const arnOf = ({ arn, accountId }: Caller): string => arn ?? `arn:aws:iam::${accountId}:root`;

const starterOf = (caller: Caller): Starter => ({
  accountId: caller.accountId,
  region: caller.region,
  arn: arnOf(caller),
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

function wireParameters(value: unknown, member: string): Record<string, readonly string[]> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, texts]) => [name, strings(texts, `${member}.${name}`)]),
  );
}
