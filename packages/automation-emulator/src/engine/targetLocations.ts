/**
 * An execution over accounts and Regions: in each place, an execution that the execution role there starts.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
import { randomUUID } from "node:crypto";
import { SSMClient, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { partitionOf } from "../gateway/iam/requirement.ts";
import { placesOf } from "./accounts.ts";
import type { StepDefinition } from "./document.ts";
import {
  type Execution,
  newExecution,
  newStep,
  type Place,
  type StepRecord,
} from "./executions.ts";
import { type Input, maps, optionalString, requiredString, strings } from "./input.ts";
import { readRate, runMany, type Task } from "./rate.ts";
import { assumeRole } from "./role.ts";
import { documentRole, type Order, recordOf } from "./start.ts";
import type { Credentials, Tools } from "./tools.ts";

/** The name that AWS gives the role in the target accounts. */
const usualRole = "AWS-SystemsManager-AutomationExecutionRole";

/** The executions that the engine knows. */
export interface Registry {
  add(execution: Execution): void;
  get(id: string): Execution | undefined;
  /** Whose child an execution with this client token is, and where. */
  readonly expected: Map<string, { readonly parent: string; readonly place: Place }>;
}

/**
 * Starts an execution for target locations.
 *
 * @throws AwsError for a role that can't be assumed, or locations without accounts
 */
export async function startPlaces(
  tools: Tools,
  order: Order,
  registry: Registry,
): Promise<Execution> {
  const record = recordOf(order);
  const locations = maps(order.shown.TargetLocations, "TargetLocations");
  const role = roleParameter(order);
  const given = role === undefined ? undefined : order.parameters[role]?.[0];
  // Only a role's own credentials can assume roles in other accounts.
  const credentials =
    given === undefined || given === ""
      ? order.starter.credentials
      : await documentRole(tools, record, given);
  const home = order.starter;
  const groups = await Promise.all(
    locations.map(async (location) => ({
      location,
      steps: (await placesOf(tools, home, credentials, location)).map((place) =>
        newStep(stepOf(place), place),
      ),
    })),
  );
  const parent = newExecution(
    { ...record, steps: [], outputNames: [] },
    groups.flatMap(({ steps }) => steps),
  );
  parent.status = "InProgress";
  registry.add(parent);
  const parts = { tools, order, registry, parent, credentials, role };
  parent.settled = runGroups(parts, groups);
  return parent;
}

interface Parts {
  readonly tools: Tools;
  readonly order: Order;
  readonly registry: Registry;
  readonly parent: Execution;
  readonly credentials: Credentials;
  /** The parameter that names the document's role. */
  readonly role: string | undefined;
}

interface Group {
  readonly location: Input;
  readonly steps: readonly StepRecord[];
}

/** One location after the other, each with its own rate. */
async function runGroups(parts: Parts, groups: readonly Group[]): Promise<void> {
  const { parent } = parts;
  for (const [at, { location, steps }] of groups.entries()) {
    const rate = readRate(
      optionalString(location, "TargetLocationMaxConcurrency") ?? "1",
      optionalString(location, "TargetLocationMaxErrors"),
      steps.length,
    );
    await runMany(
      parent,
      steps.map(
        (step): Task =>
          () =>
            runPlace(parts, location, step),
      ),
      rate,
    );
    if (parent.status !== "Success") return;
    if (at < groups.length - 1) parent.status = "InProgress";
  }
}

async function runPlace(
  parts: Parts,
  location: Input,
  step: StepRecord,
): Promise<Execution["status"]> {
  const { parent, registry } = parts;
  const { place } = step;
  if (place === undefined) return "Failed";
  step.status = "InProgress";
  step.started = Date.now();
  try {
    const id = await begin(parts, location, place);
    step.outputs = { ExecutionId: [id] };
    const child = registry.get(id);
    if (child === undefined) throw new Error(`The execution ${id} is not known.`);
    parent.children.push(child);
    if (parent.control.kill.signal.aborted) child.control.kill.abort();
    if (parent.control.cancel.signal.aborted) child.control.cancel.abort();
    await child.settled;
    step.status = child.status;
    if (child.failureMessage !== undefined) note(step, child.failureMessage);
  } catch (error) {
    step.status = "Failed";
    note(step, error instanceof Error ? error.message : String(error));
  }
  step.ended = Date.now();
  return step.status;
}

function note(step: StepRecord, message: string): void {
  step.failure = { message, stage: "Invocation", type: "Action" };
}

/** Becomes the execution role in a place and starts the document there with that same role. */
async function begin(parts: Parts, location: Input, place: Place): Promise<string> {
  const { tools, order, registry, parent, credentials, role } = parts;
  const { accountId, region } = place;
  const roleName = optionalString(location, "ExecutionRoleName") ?? usualRole;
  const roleArn = `arn:${partitionOf(region)}:iam::${accountId}:role/${roleName}`;
  const own = await assumeRole(tools.endpoint, parent.region, credentials, roleArn, parent.id);
  const { TargetParameterName, MaxConcurrency, MaxErrors } = order.shown;
  const targets = maps(order.shown.Targets, "Targets").map((target) => ({
    Key: requiredString(target, "Key"),
    Values: strings(target.Values, "Values"),
  }));
  const parameters = {
    ...order.parameters,
    ...(role !== undefined && { [role]: [roleArn] }),
  };
  const token = randomUUID();
  registry.expected.set(token, { parent: parent.id, place });
  const client = new SSMClient({
    endpoint: tools.endpoint,
    region,
    credentials: own,
    maxAttempts: 3,
  });
  try {
    const { AutomationExecutionId: id = "" } = await client.send(
      new StartAutomationExecutionCommand({
        DocumentName: sharedName(parts, place),
        ...(order.version !== undefined && { DocumentVersion: order.version }),
        Parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, values]) => [name, [...values]]),
        ),
        ClientToken: token,
        ...(TargetParameterName !== undefined && { TargetParameterName }),
        ...(MaxConcurrency !== undefined && { MaxConcurrency }),
        ...(MaxErrors !== undefined && { MaxErrors }),
        ...(targets.length > 0 && { Targets: targets }),
      }),
    );
    return id;
  } finally {
    registry.expected.delete(token);
    client.destroy();
  }
}

/** A document of one's own is known elsewhere by its ARN, in the Region of the place, where it must be shared. */
function sharedName({ order, parent }: Parts, place: Place): string {
  const { name } = order.fetched;
  if (place.accountId === parent.accountId) return name;
  const arn = /^arn:[^:]+:ssm:[^:]+:(\d{12}):document\/(.+)$/.exec(name);
  const [, owner = parent.accountId, short = name] = arn ?? [];
  return `arn:${partitionOf(place.region)}:ssm:${place.region}:${owner}:document/${short}`;
}

/** The parameter that the document's assumeRole refers to. */
function roleParameter({ fetched }: Order): string | undefined {
  return /^\s*\{\{\s*([A-Za-z0-9_]+)\s*\}\}\s*$/.exec(fetched.document.assumeRole)?.[1];
}

/** In a multi-account execution, each place is shown as a step. */
const stepOf = ({ accountId, region }: Place): StepDefinition => ({
  name: `${accountId}_${region}`.replaceAll("-", "_"),
  action: "aws:executeAutomation",
  inputs: {},
  outputs: [],
  maxAttempts: 1,
  onFailure: "Abort",
  onCancel: "Abort",
  isCritical: true,
  isEnd: false,
});
