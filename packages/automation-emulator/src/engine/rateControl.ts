/**
 * An execution for targets: one further execution for each, and a step that stands for it.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
 */
import { childStep, endWithChild } from "./childSteps.ts";
import { startRun } from "./clock.ts";
import { initialVariables } from "./documentVariables.ts";
import { wrongParameters } from "./errors.ts";
import {
  type Execution,
  newExecution,
  newStep,
  type Status,
  type StepRecord,
} from "./executions.ts";
import { type Input, maps, strings } from "./input.ts";
import { beginExecution, beginStep, endExecution } from "./lifecycle.ts";
import type { WireParameters } from "./parameters.ts";
import { readRate, runMany, type Task } from "./rate.ts";
import {
  launch,
  machineOf,
  type Order,
  parametersOf,
  prepare,
  recordedExecution,
  recordOf,
} from "./start.ts";
import { addChild } from "./stop.ts";
import { resolveTargets } from "./targets.ts";
import type { Tools } from "./tools.ts";

/**
 * Starts an execution for the targets of an order. It resolves them and runs the rest in the background.
 *
 * @param register makes an execution known
 * @throws AwsError for parameters that do not fit, before anything has begun
 */
export async function startForTargets(
  tools: Tools,
  order: Order,
  register: (execution: Execution) => void,
): Promise<Execution> {
  // A variable's default that does not fit would fail every child; here it fails the start, as without targets.
  initialVariables(order.fetched.document.variables);
  const targets = await targetsOf(tools, order);
  const rate = readRate(order.shown.MaxConcurrency, order.shown.MaxErrors, targets.length, {
    gradual: true,
  });
  const parent = newExecution({
    ...recordOf(tools, order),
    kind: "targets",
    steps: targets.map(({ label, parameters }) =>
      newStep(childStep(label), { target: parameters }),
    ),
    outputNames: [],
    resolvedTargets: targets.map(({ label }) => label),
  });
  const tasks = targets.map(
    (target, at): Task =>
      () =>
        runTarget({ tools, order, parent, register }, target, parent.steps[at]),
  );
  beginExecution(parent);
  parent.control.run = startRun(tools.time);
  register(parent);
  parent.settled = runMany(parent.control, tasks, rate).then(({ status, failureMessage }) =>
    endExecution(parent, tools.time.now(), status, failureMessage),
  );
  return parent;
}

/** Checks what an order says of targets, and resolves them. @throws AwsError */
async function targetsOf(tools: Tools, order: Order): Promise<readonly Target[]> {
  const { shown, starter } = order;
  const name = shown.TargetParameterName;
  const targets = maps(shown.Targets, "Targets");
  const targetMaps = maps(shown.TargetMaps, "TargetMaps");
  checkTargets(targets, targetMaps, name);
  if (targetMaps.length > 0) {
    await checkParameters(tools, order, targetNames(targetMaps));
    return targetMaps.map(ofMap);
  }
  if (name === undefined) throw wrongParameters("Targets need a TargetParameterName.");
  await checkParameters(tools, order, [name]);
  const values = await resolveTargets(tools, starter, targets);
  return values.map((value) => ({ label: value, parameters: { [name]: [value] } }));
}

interface Parts {
  readonly tools: Tools;
  readonly order: Order;
  readonly parent: Execution;
  readonly register: (execution: Execution) => void;
}

/** @param step is shown for the target */
async function runTarget(
  { tools, order, parent, register }: Parts,
  target: Target,
  step: StepRecord | undefined,
): Promise<Status> {
  if (step === undefined) throw new Error(`The target ${target.label} has no step.`);
  beginStep(step, tools.time.now());
  const { starter, fetched, parameters, shown, tags, launcher } = order;
  const child = await begin(tools, {
    starter,
    fetched,
    parameters: { ...parameters, ...target.parameters },
    shown: { Mode: shown.Mode },
    tags,
    launcher,
    parent: parent.id,
    target: target.label,
  });
  register(child);
  addChild(parent, child);
  await child.settled;
  endWithChild(step, tools.time.now(), child);
  return child.state.status;
}

/** One target: what to call it, and the parameters that it sets. */
interface Target {
  readonly label: string;
  readonly parameters: WireParameters;
}

function ofMap(map: Input): Target {
  const parameters = Object.fromEntries(
    Object.entries(map).map(([name, values]) => [name, strings(values, name)]),
  );
  return { label: Object.values(parameters).flat().join(", "), parameters };
}

const targetNames = (targetMaps: readonly Input[]): string[] => [
  ...new Set(targetMaps.flatMap((map) => Object.keys(map))),
];

/**
 * "Both Targets and TargetMaps can't be specified together", TargetParameterName is for either, and two tags are no
 * narrower choice than one.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-map-targets.html whose command
 *   gives TargetParameterName beside TargetMaps
 * @see https://github.com/aws/aws-sdk/issues/717 for what AWS says of several tags
 */
function checkTargets(
  targets: readonly Input[],
  targetMaps: readonly Input[],
  name: string | undefined,
): void {
  if (targets.length > 0 && targetMaps.length > 0) {
    throw wrongParameters("Targets and TargetMaps can't be specified together.");
  }
  if (name !== undefined && targets.length === 0 && targetMaps.length === 0) {
    throw wrongParameters("TargetParameterName needs Targets.");
  }
  const groups = targets.filter(({ Key }) =>
    /^(?:tag:.*|tag-key|ResourceGroup|resource-groups:Name)$/s.test(String(Key)),
  );
  if (groups.length > 1) {
    throw wrongParameters("Only one resource group or tag can be specified at a time");
  }
}

/** The parameters that are not the target's must be right before anything begins. */
async function checkParameters(
  tools: Tools,
  order: Order,
  names: readonly string[],
): Promise<void> {
  const definitions = new Map(order.fetched.document.parameters);
  for (const name of names) {
    if (!definitions.delete(name)) throw wrongParameters(`The document has no parameter ${name}.`);
    if (Object.hasOwn(order.parameters, name)) {
      throw wrongParameters(`${name} is the target's parameter and can't be given in Parameters.`);
    }
  }
  await parametersOf(tools, order, definitions, order.parameters);
}

/** Begins a child; one that can't begin has failed. */
async function begin(tools: Tools, order: Order): Promise<Execution> {
  let child: Execution | undefined;
  try {
    const prepared = await prepare(tools, order);
    child = prepared.execution;
    launch(await machineOf(tools, prepared));
    return child;
  } catch (error) {
    child ??= recordedExecution(tools, order);
    const message = error instanceof Error ? error.message : String(error);
    endExecution(child, tools.time.now(), "Failed", message);
    return child;
  }
}
