/** StartAutomationExecution for one execution; fleet.ts and places.ts make many of it. */
import { randomUUID } from "node:crypto";
import { partitionOf } from "../gateway/iam/requirement.ts";
import type { Setting } from "./attempt.ts";
import { initialVariables } from "./documentVariables.ts";
import { AwsError } from "./errors.ts";
import {
  type Execution,
  type NewExecution,
  newExecution,
  type Place,
  type Shown,
} from "./executions.ts";
import type { Fetched } from "./fetch.ts";
import { type Machine, runMachine } from "./machine.ts";
import { readParameters, type WireParameters } from "./parameters.ts";
import { assumeRole } from "./role.ts";
import { administrator, type Credentials, type Tools } from "./tools.ts";
import { asText } from "./values.ts";
import { resolve, type Scope } from "./variables.ts";

/** Who starts an execution, and where. */
export interface Starter {
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  readonly credentials: Credentials;
}

export interface Order {
  readonly starter: Starter;
  readonly fetched: Fetched;
  /** The version that was asked for, if one was. */
  readonly version?: string;
  readonly parameters: WireParameters;
  readonly shown: Shown;
  readonly tags: ReadonlyMap<string, string>;
  readonly parent?: string;
  readonly target?: string;
  readonly place?: Place;
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
export function prepare(order: Order): Prepared {
  const { document } = order.fetched;
  const values = readParameters(document.parameters, order.parameters);
  const execution = newExecution({
    ...recordOf(order),
    steps: document.steps,
    outputNames: document.outputs,
  });
  return { execution, values, order };
}

/** What an order says of the execution's record. */
export function recordOf(order: Order): Omit<NewExecution, "steps" | "outputNames"> {
  const { starter, fetched, parameters, shown, tags, parent, target, place } = order;
  return {
    id: randomUUID(),
    accountId: starter.accountId,
    region: starter.region,
    documentName: fetched.name,
    documentVersion: fetched.version,
    executedBy: starter.arn,
    parameters,
    shown,
    tags,
    ...(parent !== undefined && { parent }),
    ...(target !== undefined && { target }),
    ...(place !== undefined && { place }),
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
  const scope = {
    parameters: values,
    variables: initialVariables(document.variables),
    outputs: new Map<string, unknown>(),
    steps: new Set(document.steps.map(({ name }) => name)),
    system: systemVariables(execution),
  };
  const role = roleOf(document.assumeRole, scope);
  const ofRole = role === "" ? undefined : await documentRole(tools, execution, role);
  const setting: Setting = {
    executionId: execution.id,
    accountId,
    region,
    credentials: ofRole ?? order.starter.credentials,
    scriptCredentials: ofRole,
  };
  execution.variables = scope.variables;
  return { tools, execution, setting, scope, variables: document.variables, jobs: new Set() };
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
    throw new AwsError(
      "InvalidAutomationExecutionParametersException",
      `The assume role of the document is unknown. ${error instanceof Error ? error.message : ""}`,
    );
  }
  if (role === "" || /^arn:[^:]+:iam::\d{12}:role\/\S+$/.test(role)) return role;
  throw new AwsError(
    "InvalidAutomationExecutionParametersException",
    `The format of the supplied assume role ARN is invalid. It is ${JSON.stringify(role)}.`,
  );
}

/**
 * Assumes a document's role, as Systems Manager.
 *
 * @throws AwsError InvalidAutomationExecutionParametersException for a role that can't be assumed
 */
export async function documentRole(
  { endpoint }: Tools,
  { id, accountId, region }: Pick<Execution, "id" | "accountId" | "region">,
  role: string,
): Promise<Credentials> {
  try {
    return await assumeRole(endpoint, region, administrator(accountId), role, id);
  } catch (error) {
    throw new AwsError(
      "InvalidAutomationExecutionParametersException",
      `The defined assume role is unable to be assumed. ${error instanceof Error ? error.message : ""}`.trim(),
    );
  }
}

/** Begins to run an execution; its `settled` ends with it. */
export function launch(machine: Machine): void {
  machine.execution.settled = runMachine(machine).then(async () => {
    await Promise.all(machine.jobs);
  });
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
function systemVariables({ id, accountId, region }: Execution): ReadonlyMap<string, string> {
  const now = new Date().toISOString();
  const date = now.slice(0, 10);
  return new Map([
    ["global:ACCOUNT_ID", accountId],
    ["global:REGION", region],
    ["global:AWS_PARTITION", partitionOf(region)],
    ["global:DATE", date],
    ["global:DATE_TIME", `${date}_${now.slice(11, 19).replaceAll(":", ".")}`],
    ["automation:EXECUTION_ID", id],
  ]);
}
