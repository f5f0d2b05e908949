import type { StartAutomationExecutionCommandInput } from "@aws-sdk/client-ssm";
import { asText, isRecord } from "automation-language/values";
import type { CommandStub } from "../commands.ts";
import { wrongInput } from "../errors.ts";
import type { Execution } from "../executions.ts";
import type { Left, Turn, Turned } from "../loop.ts";
import type { Signal, SignalType } from "../signals.ts";

export type Inputs = Readonly<Record<string, unknown>>;

/** What an action may use. */
export interface ActionContext {
  /** References are resolved. */
  readonly inputs: Inputs;
  readonly stepName: string;
  readonly region: string;
  readonly accountId: string;
  /** Is aborted when the step is ended from outside. */
  readonly signal: AbortSignal;
  /** AWS seconds that each script step costs beyond what its script takes. */
  readonly scriptSeconds: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Makes an AWS call as the execution's role; throttling is retried.
   *
   * @param operation PascalCase
   * @param options `seconds`: how long it may take, in AWS seconds; by default what an API step may
   * @throws StepFailure for an error of AWS, StepTimeout, StepStopped
   */
  call(
    service: string,
    operation: string,
    parameters: Record<string, unknown>,
    options?: { readonly readsStream?: true; readonly seconds?: number },
  ): Promise<unknown>;
  /** @throws StepFailure for an exception of the script, StepTimeout, StepStopped */
  script(
    script: string,
    handler: string,
    payload: unknown,
  ): Promise<{ readonly payload: unknown; readonly log: string }>;
  /**
   * Gives a variable of the document a new value.
   *
   * @throws StepFailure for a variable that the document has not, or a value that is not of its type
   */
  setVariable(name: string, value: unknown): void;
  /** Waits, in AWS seconds. @throws StepTimeout, StepStopped */
  sleep(seconds: number): Promise<void>;
  /**
   * Waits for a signal of one of the types; step and execution are Waiting until then.
   *
   * @param accept says whether the waiting is over; what it throws, the sender of the signal gets
   * @throws StepTimeout, StepStopped
   */
  awaitSignal(types: readonly SignalType[], accept: (signal: Signal) => boolean): Promise<void>;
  /** Runs the steps inside a loop once. @throws StepFailure, StepTimeout, StepStopped */
  iterate(turn: Turn): Promise<Turned>;
  /** Runs another automation to its end. @throws StepFailure, StepTimeout, StepStopped */
  runAutomation(request: StartAutomationExecutionCommandInput): Promise<Execution>;
  /** What a command on instances answers. */
  readonly commandResult: CommandStub["resultOf"];
}

export interface ActionResult {
  /** What the selectors of the step's outputs look into. */
  readonly result: unknown;
  /** Outputs that the action has without declaring them. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** The step that the action chose as the next. */
  readonly next?: string;
  /** A loop was left before its end. */
  readonly left?: Left;
}

/** What an action does. Its time limit, and where it may stand, are in the language's table of actions. */
export interface Action {
  run(context: ActionContext): Promise<ActionResult>;
}

/** An input that must be a text, or a list of one. @throws StepFailure that names it */
export function text(inputs: Inputs, name: string): string {
  const given = inputs[name];
  const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (typeof value === "string" && value !== "") return value;
  throw wrongInput(`The input ${name} must be a text; it is ${asText(value) || "empty"}.`);
}

/** An input that may be left out. An empty text is as good as none. */
export function optionalText(inputs: Inputs, name: string): string | undefined {
  const value = inputs[name];
  return value === undefined || value === "" ? undefined : text(inputs, name);
}

/** An input that is a list of texts, of which one may stand alone. @throws StepFailure that names it */
export function texts(inputs: Inputs, name: string): string[] {
  const value = inputs[name];
  const list: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (list.every((part) => typeof part === "string")) return list;
  throw wrongInput(`The input ${name} must be a list of texts; it is ${asText(value)}.`);
}

/** An input that is a list of maps. @throws StepFailure that names it */
export function mapList(inputs: Inputs, name: string): Record<string, unknown>[] {
  const value = inputs[name] ?? [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw wrongInput(`The input ${name} must be a list of maps; it is ${asText(value)}.`);
}

/** An input that is a Boolean, given as such or as text. */
export function flag(inputs: Inputs, name: string): boolean | undefined {
  const value = inputs[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value === "boolean") return value;
  if (/^(?:true|false)$/i.test(String(value))) return String(value).toLowerCase() === "true";
  throw wrongInput(`The input ${name} must be true or false, not ${asText(value)}.`);
}

/** An input that is an integer, given as such or as text. */
export function count(inputs: Inputs, name: string): number | undefined {
  const value = inputs[name];
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(asText(value))) return Number(value);
  throw wrongInput(`The input ${name} must be an integer from 0, not ${asText(value)}.`);
}

/** The inputs of these names that are given, as they are. */
export const given = (inputs: Inputs, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names
      .filter((name) => inputs[name] !== undefined && inputs[name] !== "")
      .map((name) => [name, inputs[name]]),
  );
