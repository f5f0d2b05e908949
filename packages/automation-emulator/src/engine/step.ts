/** One step of an execution, with all its attempts. */
import { actions, defaultTimeout } from "automation-language/actions";
import { countOf } from "automation-language/document";
import { isReference } from "automation-language/references";
import { asText, asTexts } from "automation-language/values";
import { attemptStep } from "./attempt.ts";
import { startClock } from "./clock.ts";
import type { StepDefinition } from "./document.ts";
import { StepFailure, StepStopped, StepTimeout, wrongInput } from "./errors.ts";
import type { Failure, StepRecord } from "./executions.ts";
import { type Frame, type Position, positionOf } from "./frames.ts";
import { beginStep, describeStep, endStep } from "./lifecycle.ts";
import type { Left } from "./loop.ts";
import { scopeOf, type Walk } from "./machine.ts";
import { resolve, resolveScript, type Scope } from "./variables.ts";
import type { Ending } from "./work.ts";

export type Outcome =
  | { readonly end: "Success"; readonly next?: string; readonly left?: Left }
  | { readonly end: "Failed" | "TimedOut"; readonly message: string }
  /** The step alone was stopped, in the mode Interactive. */
  | { readonly end: "Cancelled" }
  /** The way was ended from outside, at this step or one inside it. */
  | { readonly end: "stopped"; readonly at: Position };

/** Runs a step and writes its record. */
export async function runStep(way: Walk, frame: Frame, step: StepRecord): Promise<Outcome> {
  const { execution, tools } = way.machine;
  const { control, shown } = execution;
  beginStep(step, tools.time.now());
  const controller = new AbortController();
  const outer = control.stopStep;
  if (shown.Mode === "Interactive") control.stopStep = { step, controller };
  const signal = AbortSignal.any([way.signal, controller.signal]);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const tried = await tryStep({ ...way, signal }, frame, step, attempt);
      if (tried.end === "stopped") {
        if (way.signal.aborted) return tried;
        endStep(step, tools.time.now(), "Cancelled");
        return { end: "Cancelled" };
      }
      const again = tried.end !== "Success" && attempt < (step.resolved.maxAttempts ?? 1);
      if (again && tried.failure.stage !== "InputValidation") continue;
      const { end, outputs } = tried;
      const failure = end === "Success" ? undefined : tried.failure;
      const left = tried.end === "Success" && tried.left !== undefined;
      endStep(step, tools.time.now(), left ? "Exited" : end, {
        ...(outputs !== undefined && { outputs }),
        ...(failure !== undefined && { failure }),
      });
      return tried.end === "Success" ? tried : { end: tried.end, message: tried.failure.message };
    }
  } finally {
    control.stopStep = outer;
  }
}

type ShownOutputs = Readonly<Record<string, readonly string[]>>;

type Tried =
  | {
      readonly end: "Success";
      readonly next?: string;
      readonly left?: Left;
      readonly outputs: ShownOutputs;
    }
  | {
      readonly end: "Failed" | "TimedOut";
      readonly failure: Failure;
      readonly outputs?: ShownOutputs;
    }
  | { readonly end: "stopped"; readonly at: Position };

async function tryStep(way: Walk, frame: Frame, step: StepRecord, attempt: number): Promise<Tried> {
  const { signal } = way;
  const { definition } = step;
  let seconds = defaultTimeout(definition.action);
  try {
    const scope = scopeOf(way.machine, frame);
    seconds = limit(definition, "timeoutSeconds", scope) ?? seconds;
    describeStep(step, {
      ...(Number.isFinite(seconds) && { timeoutSeconds: seconds }),
      maxAttempts: limit(definition, "maxAttempts", scope) ?? 1,
    });
    if (way.onCancel && actions[definition.action]?.notOnCancelPath) {
      throw wrongInput(`${definition.action} may not stand on the path of onCancel.`);
    }
    const inputs = resolveInputs(definition, scope);
    describeStep(step, { inputs });
    const clock = startClock(way.clock.run, seconds, way.clock);
    const { result, outputs, next, left } = await attemptStep(
      { ...way, clock },
      frame,
      step,
      attempt,
      inputs,
      endingOf(way),
    );
    if (next !== undefined && positionOf(frame, next) === undefined) {
      throw new StepFailure(`The next step is to be ${next}, and there is no such step.`, {
        stage: "PostVerification",
        type: "Verification",
      });
    }
    frame.outputs.set(definition.name, {
      values: new Map([...outputs, ["OutputPayload", result]]),
      declared: new Set(definition.outputs.map(({ name }) => name)),
    });
    const shown = {
      ...Object.fromEntries([...outputs].map(([name, value]) => [name, asTexts(value)])),
      OutputPayload: [asText(result)],
    };
    return {
      end: "Success",
      outputs: shown,
      ...(next !== undefined && { next }),
      ...(left !== undefined && { left }),
    };
  } catch (error) {
    if (error instanceof StepStopped) return { end: "stopped", at: error.at ?? { frame, step } };
    if (signal.aborted) return { end: "stopped", at: { frame, step } };
    const known = error instanceof StepFailure || error instanceof StepTimeout;
    const log = known ? error.log : undefined;
    return {
      end: error instanceof StepTimeout ? "TimedOut" : "Failed",
      failure: failureOf(step, error, seconds),
      ...(log !== undefined && { outputs: { OutputPayload: [asText({ ExecutionLog: log })] } }),
    };
  }
}

const endingOf = ({ machine, signal }: Walk): Ending => ({
  signal,
  kill: machine.execution.control.kill.signal,
  begun: (ended) => {
    machine.jobs.add(ended);
    ended.finally(() => machine.jobs.delete(ended));
  },
});

/** Inputs that are no values but parts of the document, which a loop resolves when it comes to them. */
const ofLoop = ["Steps", "LoopCondition"];

/** The inputs of a step with values in place of references. @throws StepFailure */
function resolveInputs(
  { action, inputs }: StepDefinition,
  scope: Scope,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (action === "aws:loop" && ofLoop.includes(name)) return [name, value];
      const isScript = name === "Script" && typeof value === "string";
      const found = isScript ? resolveScript(value, scope) : resolve(value, scope);
      checkInputType(action, name, value, found);
      return [name, found];
    }),
  );
}

/**
 * A text that a reference brings is none of an Integer or a Boolean, which are not turned into each other for inputs.
 *
 * @throws StepFailure that names the input
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
function checkInputType(action: string, name: string, written: unknown, found: unknown): void {
  const type = actions[action]?.inputs[name]?.type;
  const isTyped = type === "Integer" || type === "Boolean";
  if (!isTyped || typeof found !== "string" || typeof written !== "string") return;
  if (isReference(written)) {
    throw wrongInput(
      `The input ${name} takes a value of type ${type}, and ${written} is a String.`,
    );
  }
}

/** A number of a step that may be a reference. @throws StepFailure for a reference to no such number */
function limit(
  definition: StepDefinition,
  name: "timeoutSeconds" | "maxAttempts",
  scope: Scope,
): number | undefined {
  const given = definition[name];
  if (given === undefined) return undefined;
  const value = resolve(given, scope);
  const number = countOf(value);
  if (number !== undefined) return number;
  throw wrongInput(`${name} is ${asText(value)}, which is not an integer from 1.`);
}

const guide =
  "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.";

/** In AWS's words. */
function failureOf({ definition }: StepRecord, error: unknown, seconds: number): Failure {
  if (error instanceof StepTimeout) {
    return {
      message: `Step timed out while ${definition.name} was executing: it took longer than ${seconds} seconds. ${guide}`,
      stage: "Invocation",
      type: "Action",
    };
  }
  if (!(error instanceof StepFailure)) {
    console.error(`The engine failed at the step ${definition.name}:`, error);
    return {
      message: `The engine failed: ${String(error)}`,
      stage: "Invocation",
      type: "Internal",
    };
  }
  const { stage, type } = error;
  const when =
    stage === "InputValidation"
      ? "validating and resolving the step inputs"
      : stage === "PostVerification"
        ? "verifying the step outputs"
        : definition.action === "aws:executeScript"
          ? "Poll action status for completion"
          : "Execute/Cancelling action";
  const dot = /[.!?]\s*$/.test(error.message) ? "" : ".";
  return { message: `Step fails when it is ${when}. ${error.message}${dot} ${guide}`, stage, type };
}
