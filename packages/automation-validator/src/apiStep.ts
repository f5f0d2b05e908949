import { actions } from "automation-language/actions";
import type { Models, Operation, Service } from "automation-language/botocore";
import type { StepView } from "automation-language/document";
import type { Context } from "./context.ts";

/** A step that calls an operation of an AWS service. */
export interface ApiStep {
  readonly step: StepView;
  readonly service: Service;
  readonly operation: Operation;
  /** The inputs that go to the operation. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Service and Api of a step as they are written; undefined for other actions and where a reference stands. */
export function namesOf(step: StepView): { service: string; api: string } | undefined {
  if (!actions[step.action]?.passesInputs) return undefined;
  const { Service: service, Api: api } = step.inputs;
  if (typeof service !== "string" || typeof api !== "string") return undefined;
  return service.includes("{{") || api.includes("{{") ? undefined : { service, api };
}

/** The operation of a name as Automation takes it: AWS's own spelling, or boto3's. */
export function findOperation(service: Service, api: string): Operation | undefined {
  const plain = api.replaceAll("_", "").toLowerCase();
  const name = Object.hasOwn(service.operations, api)
    ? api
    : /^[a-z]/.test(api)
      ? Object.keys(service.operations).find((one) => one.toLowerCase() === plain)
      : undefined;
  return name === undefined ? undefined : service.operations[name];
}

/** The steps whose service and operation exist. */
export function apiSteps({ document, models }: Pick<Context, "document" | "models">): ApiStep[] {
  return document.steps.flatMap((step): ApiStep[] => {
    const names = namesOf(step);
    const service = names && models.service(names.service);
    const operation = names && service && findOperation(service, names.api);
    if (service === undefined || operation === undefined) return [];
    const own = actions[step.action]?.inputs ?? {};
    return [
      {
        step,
        service,
        operation,
        parameters: Object.fromEntries(
          Object.entries(step.inputs).filter(([key]) => !(key in own)),
        ),
      },
    ];
  });
}

/**
 * Reads the models that a document's steps need, which takes a while, so that the rules find them ready.
 * A script's services are guessed by their names in quotes: a wrong guess costs time only.
 */
export function preload(steps: readonly StepView[], models: Models): void {
  const known = new Set(models.names);
  for (const step of steps) {
    const names = namesOf(step);
    if (names !== undefined) models.service(names.service);
    const script = step.inputs.Script;
    if (typeof script !== "string") continue;
    for (const [, name = ""] of script.matchAll(/["']([a-z0-9-]+)["']/g))
      if (known.has(name)) models.service(name);
  }
}
