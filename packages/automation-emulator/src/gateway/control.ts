/** The emulator's own HTTP interface, below /_emulator/, for people without the TypeScript one. */
import type { CommandMatch, CommandResult } from "../engine/commands.ts";
import type { CallFilter, CallLog } from "./calls.ts";
import { checkAdvance, type EmulatorClock } from "./clock.ts";
import type { Fault, FaultKind, FaultMatch, FiringFaultBoard } from "./faults.ts";
import type { Guardrail, Guardrails } from "./iam/guardrails.ts";
import { faultNames, namedFault } from "./namedFaults.ts";
import type { Automation } from "./ports.ts";
import type { WireRequest } from "./request.ts";

export interface Control {
  readonly calls: CallLog;
  readonly faults: FiringFaultBoard;
  readonly enforce: (target: string) => () => void;
  readonly guardrails: Guardrails;
  /** Why the emulator can't answer AWS calls; undefined while it can. */
  readonly failure: () => string | undefined;
  readonly reset: () => Promise<void>;
  readonly automation: () => Automation;
  readonly clock: EmulatorClock;
  readonly settings: (method: string, account: string | null, values: unknown) => Promise<unknown>;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * - GET /_emulator/health: 503 with the reason when moto has ended
 * - POST /_emulator/reset: as if it had just been started
 * - GET /_emulator/clock, POST with `{ "timeScale": <number>, "advance": <seconds> }`: the time of executions
 * - POST, DELETE /_emulator/commands: what commands on instances answer, `{ "match": {…}, "result": {…} }`
 * - GET, POST, DELETE /_emulator/settings[?account=]: quotas and delays (patched_moto/settings.py)
 * - GET /_emulator/calls[?executionId=&step=&accountId=&mutating=true], DELETE /_emulator/calls
 * - GET, POST, DELETE /_emulator/faults, DELETE /_emulator/faults/ID
 * - GET, POST, DELETE /_emulator/guardrails, DELETE /_emulator/guardrails/ID
 * - POST /_emulator/iam/enforce with `{ "target": "<account id or role ARN>" }`
 */
export async function answerControl(
  control: Control,
  request: WireRequest,
): Promise<ControlAnswer> {
  const route = `${request.method} ${request.path.replace(/\/\d+$/, "/ID")}`;
  try {
    switch (route) {
      case "GET /_emulator/health": {
        const message = control.failure();
        return message === undefined
          ? ok({ status: "ok" })
          : { status: 503, body: { status: "failed", message } };
      }
      case "POST /_emulator/reset":
        await control.reset();
        return ok({});
      case "GET /_emulator/clock":
        return ok(readClock(control.clock));
      case "POST /_emulator/clock":
        await changeClock(control.clock, bodyOf(request));
        return ok(readClock(control.clock));
      case "POST /_emulator/commands": {
        const { match, result } = parseCommand(bodyOf(request));
        control.automation().commands.set(match, result);
        return ok({});
      }
      case "DELETE /_emulator/commands":
        control.automation().commands.clear();
        return ok({});
      case "GET /_emulator/settings":
      case "POST /_emulator/settings":
      case "DELETE /_emulator/settings": {
        const values = request.body.length === 0 ? {} : bodyOf(request);
        const account = request.query.get("account");
        return ok(await control.settings(request.method, account, values));
      }
      case "GET /_emulator/calls": {
        const filter = callFilter(request.query);
        const mutating = request.query.get("mutating") === "true";
        return ok(mutating ? control.calls.mutating(filter) : control.calls.of(filter));
      }
      case "DELETE /_emulator/calls":
        control.calls.clear();
        return ok({});
      case "GET /_emulator/faults":
        return ok(control.faults.list());
      case "POST /_emulator/faults": {
        control.faults.add(parseFault(bodyOf(request)));
        return ok(control.faults.list().at(-1));
      }
      case "DELETE /_emulator/faults":
        control.faults.clear();
        return ok({});
      case "DELETE /_emulator/faults/ID": {
        const id = Number(request.path.split("/").at(-1));
        return control.faults.remove(id) ? ok({}) : refused(404, `There is no fault ${id}.`);
      }
      case "GET /_emulator/guardrails":
        return ok(control.guardrails.list());
      case "POST /_emulator/guardrails": {
        control.guardrails.deny(parseGuardrail(bodyOf(request)));
        return ok(control.guardrails.list().at(-1));
      }
      case "DELETE /_emulator/guardrails":
        control.guardrails.clear();
        return ok({});
      case "DELETE /_emulator/guardrails/ID": {
        const id = Number(request.path.split("/").at(-1));
        return control.guardrails.remove(id)
          ? ok({})
          : refused(404, `There is no guardrail ${id}.`);
      }
      case "POST /_emulator/iam/enforce": {
        const { target } = record(bodyOf(request), "the body");
        control.enforce(string(target, "target"));
        return ok({});
      }
      default:
        return refused(404, `There is no ${route}.`);
    }
  } catch (error) {
    return refused(400, error instanceof Error ? error.message : String(error));
  }
}

/** @throws Error for a body that is not JSON */
function bodyOf({ body }: WireRequest): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch (error) {
    const why = body.length === 0 ? "it is empty" : error instanceof Error ? error.message : error;
    throw new Error(`The body must be JSON: ${why}.`);
  }
}

const ok = (body: unknown): ControlAnswer => ({ status: 200, body });
const refused = (status: number, message: string): ControlAnswer => ({ status, body: { message } });

const readClock = ({ now, timeScale }: EmulatorClock): unknown => ({
  now: new Date(now()).toISOString(),
  timeScale,
});

/**
 * Sets the time scale, or advances the time, or both in this order.
 *
 * @throws Error that names the wrong part; nothing has been changed then
 */
async function changeClock(clock: EmulatorClock, input: unknown): Promise<void> {
  const { advance, timeScale, ...rest } = record(input, "the body");
  none(rest, "the body", "advance, timeScale");
  if (advance === undefined && timeScale === undefined) {
    throw new Error("the body needs advance or timeScale.");
  }
  const seconds = advance === undefined ? undefined : number(advance, "advance");
  const scale = timeScale === undefined ? undefined : number(timeScale, "timeScale");
  if (seconds !== undefined) checkAdvance(seconds);
  if (scale !== undefined) clock.setTimeScale(scale);
  if (seconds !== undefined) await clock.advance(seconds);
}

/** Reads what commands are to answer. @throws Error that names the wrong part. */
function parseCommand(input: unknown): { match: CommandMatch; result: Partial<CommandResult> } {
  const { match = {}, result = {}, ...rest } = record(input, "the body");
  none(rest, "the body", "match, result");
  const { documentName, instanceId, ...otherMatch } = record(match, "match");
  none(otherMatch, "match", "documentName, instanceId");
  const { status, responseCode, output, seconds, ...otherResult } = record(result, "result");
  none(otherResult, "result", "status, responseCode, output, seconds");
  return {
    match: {
      ...(documentName !== undefined && { documentName: string(documentName, "documentName") }),
      ...(instanceId !== undefined && { instanceId: string(instanceId, "instanceId") }),
    },
    result: {
      ...(status !== undefined && { status: oneOf(status, commandStatuses, "status") }),
      ...(responseCode !== undefined && { responseCode: number(responseCode, "responseCode") }),
      ...(output !== undefined && { output: string(output, "output") }),
      ...(seconds !== undefined && { seconds: number(seconds, "seconds") }),
    },
  };
}

const commandStatuses = ["Success", "Failed", "TimedOut", "Cancelled", "DeliveryTimedOut"] as const;

function number(value: unknown, where: string): number {
  if (typeof value !== "number") throw new Error(`${where} must be a number.`);
  return value;
}

function callFilter(query: URLSearchParams): CallFilter {
  const [executionId, step, accountId] = ["executionId", "step", "accountId"].map((n) =>
    query.get(n),
  );
  return {
    ...(executionId && { executionId }),
    ...(step && { step }),
    ...(accountId && { accountId }),
  };
}

/**
 * Reads a fault of JSON, where everything but a predicate can be said.
 *
 * @throws Error that names the wrong part.
 */
function parseFault(input: unknown): Fault {
  const { match, kind, name, ...rest } = record(input, "the fault");
  none(rest, "the fault", "match and kind, or name and match");
  if (name !== undefined) {
    if (kind !== undefined)
      throw new Error("the fault has a name and a kind; it takes one of them.");
    const { service, operation, ...scope } = parseMatch(match ?? {});
    if (service !== undefined || operation !== undefined) {
      throw new Error(
        "a fault by name matches its own operations; leave service and operation out.",
      );
    }
    return namedFault(oneOf(name, faultNames, "name"), scope);
  }
  return { match: parseMatch(match ?? {}), kind: parseKind(kind) };
}

/** Reads a guardrail of JSON. @throws Error that names the wrong part. */
function parseGuardrail(input: unknown): Guardrail {
  const { actions, except, parameterValue, accountId, executionId, everybody, ...rest } = record(
    input,
    "the guardrail",
  );
  none(rest, "the guardrail", "actions, except, parameterValue, accountId, executionId, everybody");
  return {
    actions: texts(actions, "actions"),
    ...(except !== undefined && { except: texts(except, "except") }),
    ...(parameterValue !== undefined && {
      parameterValue: string(parameterValue, "parameterValue"),
    }),
    ...(accountId !== undefined && { accountId: string(accountId, "accountId") }),
    ...(executionId !== undefined && { executionId: string(executionId, "executionId") }),
    ...(everybody !== undefined && { everybody: everybody === true }),
  };
}

function texts(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Error(`${where} must be a list of at least one string.`);
  }
  return value.map((part, at) => string(part, `${where}[${at}]`));
}

function oneOf<T extends string>(value: unknown, known: readonly T[], where: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new Error(`${where} must be one of ${known.join(", ")}.`);
  return found;
}

function parseMatch(input: unknown): FaultMatch {
  const {
    event,
    service,
    operation,
    executionId,
    accountId,
    step,
    nth,
    from,
    times,
    automationOnly,
    ...rest
  } = record(input, "match");
  none(
    rest,
    "match",
    "event, service, operation, executionId, accountId, step, nth, from, times, automationOnly",
  );
  if (event !== undefined && event !== "call" && event !== "step") {
    throw new Error("match.event must be call or step.");
  }
  return {
    ...(event !== undefined && { event }),
    ...(service !== undefined && { service: string(service, "match.service") }),
    ...(operation !== undefined && { operation: string(operation, "match.operation") }),
    ...(executionId !== undefined && { executionId: string(executionId, "match.executionId") }),
    ...(accountId !== undefined && { accountId: string(accountId, "match.accountId") }),
    ...(step !== undefined && { step: string(step, "match.step") }),
    ...(nth !== undefined && { nth: count(nth, "match.nth") }),
    ...(from !== undefined && { from: count(from, "match.from") }),
    ...(times !== undefined && { times: count(times, "match.times") }),
    ...(automationOnly !== undefined && { automationOnly: automationOnly === true }),
  };
}

function parseKind(input: unknown): FaultKind {
  const kind = record(input, "kind");
  const [name, ...more] = Object.keys(kind);
  if (more.length > 0)
    throw new Error(`kind must have one key, not ${Object.keys(kind).join(", ")}.`);
  switch (name) {
    case "error": {
      const { code, message, status, ...rest } = record(kind.error, "kind.error");
      none(rest, "kind.error", "code, message, status");
      return {
        error: {
          code: string(code, "kind.error.code"),
          ...(message !== undefined && { message: string(message, "kind.error.message") }),
          ...(status !== undefined && { status: count(status, "kind.error.status") }),
        },
      };
    }
    case "throttle":
      return { throttle: true };
    case "delayMs":
      return { delayMs: count(kind.delayMs, "kind.delayMs") };
    case "timeoutAfterEffect":
      return { timeoutAfterEffect: true };
    case "kill":
      return { kill: side(kind.kill, "kind.kill") };
    case "cancel":
      return { cancel: side(kind.cancel, "kind.cancel") };
    case "complete":
      return { complete: side(kind.complete, "kind.complete") };
    default:
      throw new Error(
        `kind must have one of error, throttle, delayMs, timeoutAfterEffect, kill, cancel, complete; it has ${name ?? "nothing"}.`,
      );
  }
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be an object.`);
  }
  return { ...value };
}

function none(rest: Record<string, unknown>, where: string, known: string): void {
  const names = Object.keys(rest);
  if (names.length > 0) {
    throw new Error(`${where} has an unknown key ${names.join(", ")}; known are ${known}.`);
  }
}

function string(value: unknown, where: string): string {
  if (typeof value !== "string") throw new Error(`${where} must be a string.`);
  return value;
}

function count(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new Error(`${where} must be an integer from 1.`);
  }
  return value;
}

function side(value: unknown, where: string): "before" | "after" {
  if (value !== "before" && value !== "after") throw new Error(`${where} must be before or after.`);
  return value;
}
