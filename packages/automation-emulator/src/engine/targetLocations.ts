/**
 * An execution over accounts and Regions: in each of them, an execution that the execution role there starts.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
 */
import { documentIn, partitionOf } from "automation-language/arn";
import { targetLocationsOf } from "./accounts.ts";
import { childFailure, childStep, endWithChild } from "./childSteps.ts";
import { startRun } from "./clock.ts";
import type { StepDefinition } from "./document.ts";
import {
  type Execution,
  newExecution,
  newStep,
  type Status,
  type StepRecord,
  type TargetLocation,
} from "./executions.ts";
import { type Input, maps, optionalString, requiredString, strings } from "./input.ts";
import { beginExecution, beginStep, endExecution, endStep } from "./lifecycle.ts";
import { startOverTheWire } from "./overTheWire.ts";
import { type ManyEnded, readRate, runMany, type Task } from "./rate.ts";
import type { Registry } from "./registry.ts";
import { assumeRole } from "./role.ts";
import { documentRole, type Order, recordOf } from "./start.ts";
import { addChild } from "./stop.ts";
import type { Credentials, Tools } from "./tools.ts";

/** The name that AWS gives the role in the target accounts. */
const usualRole = "AWS-SystemsManager-AutomationExecutionRole";

/**
 * Starts an execution for target locations.
 *
 * @throws AwsError for a role that can't be assumed, or locations without accounts
 */
export async function startForTargetLocations(
  tools: Tools,
  order: Order,
  registry: Registry,
): Promise<Execution> {
  const record = recordOf(tools, order);
  const locations = maps(order.shown.TargetLocations, "TargetLocations");
  const role = roleParameter(order);
  const given = role === undefined ? undefined : order.parameters[role]?.[0];
  // Only a role's own credentials can assume roles in other accounts.
  const credentials =
    given === undefined || given === ""
      ? order.starter.credentials
      : await documentRole(tools, record, given);
  const groups = await Promise.all(
    locations.map(async (location) => ({
      location,
      steps: (await targetLocationsOf(tools, order.starter, credentials, location)).map(
        (targetLocation) => newStep(stepOf(targetLocation), { targetLocation }),
      ),
    })),
  );
  const steps = groups.flatMap((group) => group.steps);
  const parent = newExecution({ ...record, kind: "targetLocations", steps, outputNames: [] });
  beginExecution(parent);
  parent.control.run = startRun(tools.time);
  registry.add(parent);
  const parts = { tools, order, registry, parent, credentials, role };
  parent.settled = runGroups(parts, groups).then(({ status, failureMessage }) =>
    endExecution(parent, tools.time.now(), status, failureMessage),
  );
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
async function runGroups(parts: Parts, groups: readonly Group[]): Promise<ManyEnded> {
  let ended: ManyEnded = { status: "Success" };
  for (const { location, steps } of groups) {
    const rate = readRate(
      optionalString(location, "TargetLocationMaxConcurrency") ?? "1",
      optionalString(location, "TargetLocationMaxErrors"),
      steps.length,
      { gradual: false },
    );
    const tasks = steps.map(
      (step): Task =>
        () =>
          runTargetLocation(parts, location, step),
    );
    ended = await runMany(parts.parent.control, tasks, rate);
    if (ended.status !== "Success") return ended;
  }
  return ended;
}

async function runTargetLocation(parts: Parts, location: Input, step: StepRecord): Promise<Status> {
  const { parent, tools } = parts;
  const { targetLocation } = step;
  if (targetLocation === undefined) return "Failed";
  beginStep(step, tools.time.now());
  try {
    const child = await begin(parts, location, targetLocation);
    addChild(parent, child);
    await child.settled;
    endWithChild(step, tools.time.now(), child, { ExecutionId: [child.id] });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    endStep(step, tools.time.now(), "Failed", { failure: childFailure(message) });
  }
  return step.state.status;
}

/** Becomes the execution role of an account and starts the document there with that same role. */
async function begin(
  parts: Parts,
  location: Input,
  targetLocation: TargetLocation,
): Promise<Execution> {
  const { tools, order, registry, parent, credentials, role } = parts;
  const { accountId, region } = targetLocation;
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
  const request = {
    DocumentName: sharedName(parts, targetLocation),
    ...(order.version !== undefined && { DocumentVersion: order.version }),
    Parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => [name, [...values]]),
    ),
    ...(TargetParameterName !== undefined && { TargetParameterName }),
    ...(MaxConcurrency !== undefined && { MaxConcurrency }),
    ...(MaxErrors !== undefined && { MaxErrors }),
    ...(targets.length > 0 && { Targets: targets }),
  };
  const sender = { endpoint: tools.endpoint, region, credentials: own };
  return startOverTheWire(registry, sender, request, { parent: parent.id, targetLocation });
}

/** A document of one's own is known elsewhere by its ARN, in the other Region, where it must be shared. */
function sharedName({ order, parent }: Parts, targetLocation: TargetLocation): string {
  const { name } = order.fetched;
  if (targetLocation.accountId === parent.accountId) return name;
  const { accountId: owner = parent.accountId, name: short = name } = documentIn(name) ?? {};
  return `arn:${partitionOf(targetLocation.region)}:ssm:${targetLocation.region}:${owner}:document/${short}`;
}

/** The parameter that the document's assumeRole refers to. */
function roleParameter({ fetched }: Order): string | undefined {
  return /^\s*\{\{\s*([A-Za-z0-9_]+)\s*\}\}\s*$/.exec(fetched.document.assumeRole)?.[1];
}

/** In a multi-account execution, each account and Region is shown as a step. */
const stepOf = ({ accountId, region }: TargetLocation): StepDefinition =>
  childStep(`${accountId}_${region}`.replaceAll("-", "_"));
