/**
 * An execution for targets: one further execution for each.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
 */
import { AwsError } from "./errors.ts";
import { type Execution, newExecution, type Status } from "./executions.ts";
import { type Input, maps, strings } from "./input.ts";
import { readParameters, type WireParameters } from "./parameters.ts";
import { readRate, runMany, type Task } from "./rate.ts";
import { launch, machineOf, type Order, prepare, recordOf } from "./start.ts";
import { resolveTargets } from "./targets.ts";
import type { Tools } from "./tools.ts";

/**
 * Starts an execution for the targets of an order. It resolves them and runs the rest in the background.
 *
 * @param register makes an execution known
 * @throws AwsError for parameters that do not fit, before anything has begun
 */
export async function startFleet(
  tools: Tools,
  order: Order,
  register: (execution: Execution) => void,
): Promise<Execution> {
  const { shown, fetched, parameters, starter } = order;
  const name = shown.TargetParameterName;
  const targetMaps = maps(shown.TargetMaps, "TargetMaps");
  checkParameters(order, name === undefined ? targetNames(targetMaps) : [name]);
  if (targetMaps.length === 0 && name === undefined) {
    throw refused("Targets need a TargetParameterName.");
  }
  checkTargets(maps(shown.Targets, "Targets"), targetMaps);
  const targets = await resolveTargets(tools, starter, maps(shown.Targets, "Targets"));
  const sets: readonly Target[] =
    name === undefined
      ? targetMaps.map(ofMap)
      : targets.map((value) => ({ label: value, parameters: { [name]: [value] } }));
  const rate = readRate(shown.MaxConcurrency, shown.MaxErrors, sets.length);
  const parent = newExecution({
    ...recordOf(order),
    steps: [],
    outputNames: [],
    resolvedTargets: sets.map(({ label }) => label),
  });
  const childShown = { Mode: shown.Mode };
  const tasks = sets.map(
    (target): Task =>
      async () => {
        const child = await begin(tools, {
          starter,
          fetched,
          parameters: { ...parameters, ...target.parameters },
          shown: childShown,
          tags: order.tags,
          parent: parent.id,
          target: target.label,
        });
        register(child);
        parent.children.push(child);
        // The parent may have been ended while the child came to be.
        if (parent.control.kill.signal.aborted) child.control.kill.abort();
        if (parent.control.cancel.signal.aborted) child.control.cancel.abort();
        await child.settled;
        return child.status;
      },
  );
  parent.status = "InProgress";
  register(parent);
  parent.settled = runMany(parent, tasks, rate);
  return parent;
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
 * "Both Targets and TargetMaps can't be specified together", and two tags are no narrower choice than one.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
 * @see https://github.com/aws/aws-sdk/issues/717 for what AWS says of several tags
 */
function checkTargets(targets: readonly Input[], targetMaps: readonly Input[]): void {
  if (targets.length > 0 && targetMaps.length > 0) {
    throw refused("Targets and TargetMaps can't be specified together.");
  }
  const groups = targets.filter(({ Key }) =>
    /^(?:tag:.*|tag-key|ResourceGroup|resource-groups:Name)$/s.test(String(Key)),
  );
  if (groups.length > 1) {
    throw refused("Only one resource group or tag can be specified at a time");
  }
}

/** The parameters that are not the target's must be right before anything begins. */
function checkParameters({ fetched, parameters }: Order, names: readonly string[]): void {
  const definitions = new Map(fetched.document.parameters);
  for (const name of names) {
    if (!definitions.delete(name)) throw refused(`The document has no parameter ${name}.`);
    if (Object.hasOwn(parameters, name)) {
      throw refused(`${name} is the target's parameter and can't be given in Parameters.`);
    }
  }
  readParameters(definitions, parameters);
}

const refused = (message: string): AwsError =>
  new AwsError("InvalidAutomationExecutionParametersException", message);

/** Begins a child; one that can't begin has failed. */
async function begin(tools: Tools, order: Order): Promise<Execution> {
  let child: Execution | undefined;
  try {
    const prepared = prepare(order);
    child = prepared.execution;
    launch(await machineOf(tools, prepared));
    return child;
  } catch (error) {
    const failed: Status = "Failed";
    const { document } = order.fetched;
    child ??= newExecution({
      ...recordOf(order),
      steps: document.steps,
      outputNames: document.outputs,
    });
    child.status = failed;
    child.ended = Date.now();
    child.failureMessage = error instanceof Error ? error.message : String(error);
    return child;
  }
}
