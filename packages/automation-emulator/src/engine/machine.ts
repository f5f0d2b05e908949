/**
 * The step machine: which step comes next, and what becomes of the execution.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
import { setImmediate as turn } from "node:timers/promises";
import { actions } from "./actions/index.ts";
import { attemptStep, resolveInputs, type Setting } from "./attempt.ts";
import { type Clock, startClock } from "./clock.ts";
import {
  type Count,
  countOf,
  type ParameterDefinition,
  type StepDefinition,
  targetOf,
} from "./document.ts";
import { checkVariable } from "./documentVariables.ts";
import { StepFailure, StepStopped, StepTimeout } from "./errors.ts";
import {
  type Execution,
  type Failure,
  isFinal,
  type Status,
  type StepRecord,
} from "./executions.ts";
import { killExecution, stop } from "./stop.ts";
import type { Tools } from "./tools.ts";
import { asText, asTexts } from "./values.ts";
import { resolve, type Scope } from "./variables.ts";

/** How long the steps of onCancel may take together, in AWS seconds. */
const cancelSeconds = 120;
/** The longest that an execution may take, in AWS seconds. */
const executionSeconds = 7 * 86_400;

export interface Machine {
  readonly tools: Tools;
  readonly execution: Execution;
  readonly setting: Setting;
  readonly scope: Omit<Scope, "outputs" | "variables"> & {
    readonly outputs: Map<string, unknown>;
    readonly variables: Map<string, unknown>;
  };
  readonly variables: ReadonlyMap<string, ParameterDefinition>;
  /** The ends of jobs that run, some perhaps longer than their step. */
  readonly jobs: Set<Promise<void>>;
}

/** Runs an execution from its first step to its end. Never throws for what a step did. */
export async function runMachine(machine: Machine): Promise<void> {
  const { execution, tools } = machine;
  const { cancel, kill } = execution.control;
  const [first] = execution.steps;
  if (first === undefined) return;
  execution.status = "InProgress";
  const signal = AbortSignal.any([cancel.signal, kill.signal]);
  const clock = startClock(tools.timeScale, executionSeconds);
  const walked = await walk(machine, first, clock, signal, false);
  if (kill.signal.aborted) {
    crash(execution);
  } else if (walked.end === "stopped" || cancel.signal.aborted) {
    await afterCancel(machine, walked);
    if (kill.signal.aborted) crash(execution);
    else end(execution, "Cancelled", walked.failure);
  } else {
    end(execution, walked.end === "done" ? "Success" : walked.end, walked.failure);
  }
}

function crash(execution: Execution): void {
  const message = "The emulator ended the execution as a crash would.";
  if (execution.current !== undefined && !isFinal(execution.current.status)) {
    execution.current.status = "Failed";
    execution.current.ended = Date.now();
    execution.current.failure = { message, stage: "Invocation", type: "Internal" };
  }
  end(execution, "Failed", message);
}

function end(execution: Execution, status: Status, failureMessage: string | undefined): void {
  execution.status = status;
  execution.ended = Date.now();
  if (failureMessage !== undefined) execution.failureMessage = failureMessage;
  delete execution.current;
}

async function afterCancel(machine: Machine, { end: how, at }: Walked): Promise<void> {
  const { execution, tools } = machine;
  execution.status = "Cancelling";
  if (how !== "stopped") return;
  at.status = "Cancelled";
  at.ended = Date.now();
  const target = stepNamed(execution, targetOf(at.definition.onCancel));
  if (target === undefined) return;
  const clock = startClock(tools.timeScale, cancelSeconds);
  await walk(machine, target, clock, execution.control.kill.signal, true);
}

/** Lets the faults that are put up for a step's beginning or end take effect. */
function meetFaults({ tools, execution }: Machine, at: StepRecord, side: "before" | "after"): void {
  const { id: executionId, accountId } = execution;
  const boundary = { executionId, accountId, step: at.definition.name, side };
  for (const kind of tools.faultsAtStep(boundary)) {
    if ("kill" in kind) killExecution(execution);
    if ("cancel" in kind) stop(execution, "Cancel");
    if ("complete" in kind) stop(execution, "Complete");
  }
}

interface Walked {
  /** `done`: by the document; `stopped`: from outside. */
  readonly end: "done" | "Failed" | "TimedOut" | "stopped";
  /** The last step, or the one that would have been next. */
  readonly at: StepRecord;
  readonly failure: string | undefined;
}

async function walk(
  machine: Machine,
  from: StepRecord,
  clock: Clock,
  signal: AbortSignal,
  cancelled: boolean,
): Promise<Walked> {
  const { execution } = machine;
  let at = from;
  // A failure that was gone on from and still decides the final state: "By default, if an action times out, the
  // automation execution status will be Timed Out."
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-handling-timeouts.html
  let failure: string | undefined;
  let failedAs: "Failed" | "TimedOut" = "Failed";
  for (;;) {
    // A document may go in circles without ever waiting, and others must have their turn.
    await turn();
    meetFaults(machine, at, "before");
    if (signal.aborted) return { end: "stopped", at, failure };
    if (execution.control.complete && !cancelled) {
      return { end: failure === undefined ? "done" : failedAs, at, failure };
    }
    execution.current = at;
    const outcome = await runStep(machine, at, clock, signal, cancelled);
    meetFaults(machine, at, "after");
    if (outcome.end === "stopped") return { end: "stopped", at, failure };
    const { definition } = at;
    if (outcome.end !== "Success" && definition.isCritical && failure === undefined) {
      failure = at.failure?.message;
      failedAs = outcome.end;
    }
    if (outcome.end !== "Success" && definition.onFailure === "Abort") {
      return { end: outcome.end, at, failure: at.failure?.message };
    }
    const next = nextStep(execution, at, outcome);
    if (next === undefined || (execution.control.complete && !cancelled)) {
      return { end: failure === undefined ? "done" : failedAs, at, failure };
    }
    at = next;
  }
}

type Outcome =
  | { readonly end: "Success"; readonly next?: string }
  | { readonly end: "Failed" | "TimedOut" }
  | { readonly end: "stopped" };

/** The step that comes after one that has ended; undefined at the end. "The automation stops if the step fails or succeeds" is isEnd's rule. */
function nextStep(execution: Execution, at: StepRecord, outcome: Outcome): StepRecord | undefined {
  const { isEnd, onFailure, nextStep: named } = at.definition;
  if (outcome.end === "Success" && outcome.next !== undefined) {
    return stepNamed(execution, outcome.next);
  }
  if (isEnd) return undefined;
  if (outcome.end !== "Success") {
    const target = stepNamed(execution, targetOf(onFailure));
    if (target !== undefined) return target;
  }
  return stepNamed(execution, named) ?? execution.steps[execution.steps.indexOf(at) + 1];
}

const stepNamed = (execution: Execution, name: string | undefined): StepRecord | undefined =>
  execution.steps.find(({ definition }) => definition.name === name);

/** Runs a step with all its attempts and writes its record. */
async function runStep(
  machine: Machine,
  record: StepRecord,
  clock: Clock,
  signal: AbortSignal,
  cancelled: boolean,
): Promise<Outcome> {
  begin(record);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryStep(machine, record, attempt, clock, signal, cancelled);
    if (outcome.end === "stopped") return outcome;
    const again =
      outcome.end !== "Success" &&
      attempt < (record.maxAttempts ?? 1) &&
      record.failure?.stage !== "InputValidation";
    if (again) continue;
    record.status = outcome.end;
    record.ended = Date.now();
    return outcome;
  }
}

function begin(record: StepRecord): void {
  record.status = "InProgress";
  record.started = Date.now();
  delete record.ended;
  delete record.failure;
  delete record.outputs;
}

async function tryStep(
  machine: Machine,
  record: StepRecord,
  attempt: number,
  outer: Clock,
  signal: AbortSignal,
  cancelled: boolean,
): Promise<Outcome> {
  const { tools, setting, scope } = machine;
  const { definition } = record;
  const action = actions.get(definition.action);
  let seconds = action?.timeoutSeconds ?? executionSeconds;
  try {
    seconds = limit(definition, "timeoutSeconds", scope) ?? seconds;
    record.timeoutSeconds = seconds;
    record.maxAttempts = limit(definition, "maxAttempts", scope) ?? 1;
    const clock = startClock(tools.timeScale, seconds, outer);
    if (cancelled && action?.notAfterCancel) {
      throw new StepFailure(`${definition.action} may not stand on the path of onCancel.`, {
        stage: "InputValidation",
        type: "Verification",
      });
    }
    const inputs = resolveInputs(definition, scope);
    record.inputs = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    const { result, outputs, next } = await attemptStep(
      tools,
      setting,
      definition,
      inputs,
      attempt,
      clock,
      {
        signal,
        kill: machine.execution.control.kill.signal,
        begun: (ended) => {
          machine.jobs.add(ended);
          ended.finally(() => machine.jobs.delete(ended));
        },
      },
      (name, value) => {
        checkVariable(machine.variables, name, value);
        scope.variables.set(name, value);
      },
    );
    if (next !== undefined && !scope.steps.has(next)) {
      throw new StepFailure(`The step that comes next is to be ${next}, which is no step.`, {
        stage: "PostVerification",
        type: "Verification",
      });
    }
    for (const [name, value] of outputs) scope.outputs.set(`${definition.name}.${name}`, value);
    record.outputs = {
      ...Object.fromEntries([...outputs].map(([name, value]) => [name, asTexts(value)])),
      OutputPayload: [asText(result)],
    };
    delete record.failure;
    return { end: "Success", ...(next !== undefined && { next }) };
  } catch (error) {
    if (signal.aborted || error instanceof StepStopped) return { end: "stopped" };
    note(record, error, seconds);
    return { end: error instanceof StepTimeout ? "TimedOut" : "Failed" };
  }
}

/** A number of a step that may be a reference. @throws StepFailure for a reference to no such number */
function limit(
  definition: StepDefinition,
  name: "timeoutSeconds" | "maxAttempts",
  scope: Scope,
): number | undefined {
  const given: Count | undefined = definition[name];
  if (given === undefined) return undefined;
  const value = resolve(given, scope);
  const number = countOf(value);
  if (number !== undefined) return number;
  throw new StepFailure(`${name} is to be ${asText(value)}, which is no whole number from 1.`, {
    stage: "InputValidation",
    type: "Verification",
  });
}

function note(record: StepRecord, error: unknown, seconds: number): void {
  const log = error instanceof StepFailure || error instanceof StepTimeout ? error.log : undefined;
  if (log !== undefined) record.outputs = { OutputPayload: [asText({ ExecutionLog: log })] };
  record.failure = failureOf(record, error, seconds);
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
