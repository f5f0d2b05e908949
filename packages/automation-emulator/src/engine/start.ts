/** StartAutomationExecution for one execution; rateControl.ts and targetLocations.ts make many of it. */

import { randomUUID } from "node:crypto";
import type { StartAutomationExecutionCommandInput } from "@aws-sdk/client-ssm";
import { roleIn } from "automation-language/arn";
import { resolveReferences } from "automation-language/references";
import { asText } from "automation-language/values";
import type { Setting } from "./attempt.ts";
import { initialVariables } from "./documentVariables.ts";
import { type AwsError, StepFailure, wrongParameters } from "./errors.ts";
import {
  type Execution,
  type NewExecution,
  newExecution,
  newStep,
  type Shown,
  type TargetLocation,
} from "./executions.ts";
import type { Fetched } from "./fetch.ts";
import { type Machine, runMachine } from "./machine.ts";
import { readParameters, type WireParameters } from "./parameters.ts";
import { assumeRole, roleExists } from "./role.ts";
import { readStore } from "./store.ts";
import { systemVariables } from "./systemVariables.ts";
import { administrator, type Credentials, type Tools } from "./tools.ts";
import { resolve, type Scope } from "./variables.ts";

/** Who starts an execution, and where. */
export interface Starter {
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  readonly credentials: Credentials;
}

/** Starts an execution over the wire as the user who started another one, as its child. */
export interface Launcher {
  /**
   * @param agent for the log of calls
   * @throws the error of StartAutomationExecution
   */
  start(
    request: StartAutomationExecutionCommandInput,
    as: { readonly parent: string; readonly agent: string },
  ): Promise<Execution>;
}

export interface Order {
  readonly starter: Starter;
  readonly fetched: Fetched;
  /** The version that was asked for, if one was. */
  readonly version?: string;
  readonly parameters: WireParameters;
  readonly shown: Shown;
  readonly tags: ReadonlyMap<string, string>;
  readonly launcher: Launcher;
  readonly parent?: string;
  readonly target?: string;
  readonly targetLocation?: TargetLocation;
}

/** An execution that is ready to run. */
export interface Prepared {
  readonly execution: Execution;
  /** The parameters, with their defaults. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly order: Order;
}

/**
 * Checks the parameters and makes the record.
 *
 * @throws AwsError InvalidAutomationExecutionParametersException
 */
export async function prepare(tools: Tools, order: Order): Promise<Prepared> {
  const { document } = order.fetched;
  const values = await parametersOf(tools, order, document.parameters, order.parameters);
  return { execution: recordedExecution(tools, order), values, order };
}

/** The record of an execution that runs the document's steps. */
export const recordedExecution = (tools: Tools, order: Order): Execution =>
  newExecution({
    ...recordOf(tools, order),
    kind: "document",
    steps: order.fetched.document.steps.map((step) => newStep(step)),
    outputNames: order.fetched.document.outputs,
    variables: initialVariables(order.fetched.document.variables),
  });

/** The values of parameters, with what they refer to in Parameter Store. @throws AwsError */
export async function parametersOf(
  tools: Tools,
  { starter }: Order,
  definitions: Fetched["document"]["parameters"],
  given: WireParameters,
): Promise<ReadonlyMap<string, unknown>> {
  const defaults = [...definitions.values()].map((definition) => definition.default);
  try {
    const store = await readStore(tools, starter, [defaults, Object.values(given)]);
    return await readParameters(tools, definitions, given, {
      given: (value) => fillStore(value, store),
      defaults: (value, known) =>
        fillDefault(value, store, known, systemVariables(tools.time, { ...starter, id: "" })),
    });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    throw wrongParameters(error.message);
  }
}

/** Puts parameters of Parameter Store in place of their references, and leaves all other text alone. */
const fillStore = (value: unknown, store: ReadonlyMap<string, unknown>): unknown =>
  resolveReferences(value, (target, text) =>
    target.kind === "store" && store.has(text)
      ? { kind: "value", value: store.get(text) }
      : { kind: "literal" },
  );

/**
 * A default as a document of AWS's own has it: "UpdateLinuxAmi_from_{{SourceAmiId}}_on_{{global:DATE_TIME}}", which the
 * page names as its example. The execution has no id yet, so that stays.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
const fillDefault = (
  value: unknown,
  store: ReadonlyMap<string, unknown>,
  known: ReadonlyMap<string, unknown>,
  system: ReadonlyMap<string, string>,
): unknown =>
  resolveReferences(value, (target, text) => {
    const found =
      target.kind === "parameter"
        ? known.get(target.name)
        : target.kind === "system" && target.name.startsWith("global:")
          ? system.get(target.name)
          : store.get(text);
    return found === undefined ? { kind: "literal" } : { kind: "value", value: found };
  });

/** What an order says of the execution's record. */
export function recordOf(
  tools: Tools,
  order: Order,
): Omit<NewExecution, "kind" | "steps" | "outputNames"> {
  const { starter, fetched, parameters, shown, tags, parent, target, targetLocation } = order;
  return {
    id: randomUUID(),
    accountId: starter.accountId,
    region: starter.region,
    documentName: fetched.name,
    documentVersion: fetched.version,
    executedBy: starter.arn,
    parameters,
    shown,
    tags: new Map(tags),
    started: tools.time.now(),
    ...(parent !== undefined && { parent }),
    ...(target !== undefined && { target }),
    ...(targetLocation !== undefined && { targetLocation }),
  };
}

/**
 * Assumes the document's role, if it has one, for an execution.
 *
 * @returns what runs the steps
 * @throws AwsError InvalidAutomationExecutionParametersException for a role that can't be assumed
 */
export async function machineOf(tools: Tools, prepared: Prepared): Promise<Machine> {
  const { execution, values, order } = prepared;
  const { document } = order.fetched;
  const { accountId, region } = execution;
  const role = roleOf(document.assumeRole, {
    parameters: values,
    variables: execution.variables,
    outputs: () => undefined,
    steps: document.stepNames,
    system: systemVariables(tools.time, execution),
  });
  const ofRole = role === "" ? undefined : await documentRole(tools, execution, role);
  const setting: Setting = {
    executionId: execution.id,
    accountId,
    region,
    credentials: ofRole ?? order.starter.credentials,
    scriptCredentials: ofRole,
  };
  return {
    tools,
    execution,
    setting,
    parameters: values,
    variables: document.variables,
    stepNames: document.stepNames,
    launcher: order.launcher,
    jobs: new Set(),
  };
}

/**
 * The ARN that a document's assumeRole is, or nothing.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
 */
function roleOf(assumeRole: string, scope: Scope): string {
  let role: string;
  try {
    role = asText(resolve(assumeRole, scope));
  } catch (error) {
    throw wrongParameters(
      `The assume role of the document is unknown. ${error instanceof Error ? error.message : ""}`,
    );
  }
  if (role === "" || roleIn(role) !== undefined) return role;
  throw wrongParameters(
    `The format of the supplied assume role ARN is invalid. It is ${JSON.stringify(role)}.`,
  );
}

/**
 * Assumes a document's role, as Systems Manager.
 *
 * @throws AwsError InvalidAutomationExecutionParametersException for a role that can't be assumed
 */
export async function documentRole(
  tools: Tools,
  { id, accountId, region }: Pick<Execution, "id" | "accountId" | "region">,
  role: string,
): Promise<Credentials> {
  const why = (message: string): AwsError =>
    wrongParameters(`The defined assume role is unable to be assumed. ${message}`.trim());
  if (!(await roleExists(tools, region, role))) throw why(`The role ${role} does not exist.`);
  try {
    return await assumeRole(tools.endpoint, region, administrator(accountId), role, id);
  } catch (error) {
    throw why(error instanceof Error ? error.message : "");
  }
}

/** Begins to run an execution; its `settled` ends with it. */
export function launch(machine: Machine): void {
  machine.execution.settled = runMachine(machine).then(async () => {
    await Promise.all(machine.jobs);
  });
}
