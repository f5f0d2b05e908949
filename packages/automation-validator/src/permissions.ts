import { methodName, operationOf } from "automation-language/botocore";
import type { StepView } from "automation-language/document";
import { actionCalls, iamActions, prefixOf } from "automation-language/iam";
import type { Problem } from "automation-language/place";
import { apiSteps } from "./apiStep.ts";
import type { Context } from "./context.ts";
import type { ScriptCall } from "./python/inspect.ts";

/** IAM actions that a step needs, each with the place that needs it. */
export interface Needs {
  readonly step: StepView;
  readonly actions: ReadonlyMap<string, Pick<Problem, "path" | "inText">>;
  /** Whether calls of a service (IAM's prefix) may have been missed. */
  unknown(prefix: string): boolean;
}

/** Methods that boto3 adds to clients of S3, and the operation that they make most. */
export const transfers: Readonly<Record<string, string>> = {
  "s3.upload_file": "PutObject",
  "s3.upload_fileobj": "PutObject",
  "s3.download_file": "GetObject",
  "s3.download_fileobj": "GetObject",
  "s3.copy": "CopyObject",
};

/** The operation that a script's call stands for; undefined where the service or the method is not known. */
export function calledOperation(
  call: ScriptCall,
  { models }: Pick<Context, "models">,
): string | undefined {
  const service = models.service(call.service);
  if (service === undefined) return undefined;
  if (!call.waiter)
    return transfers[`${call.service}.${call.method}`] ?? operationOf(service, call.method);
  const waiter = Object.keys(service.waiters).find((name) => methodName(name) === call.method);
  return waiter === undefined ? undefined : service.waiters[waiter];
}

/** What each step that can be looked into needs of its role. */
export function needsOf(context: Context): Needs[] {
  const api = new Map(apiSteps(context).map((one) => [one.step, one]));
  return context.document.steps.flatMap((step): Needs[] => {
    const actions = new Map<string, Pick<Problem, "path" | "inText">>();
    const called = api.get(step);
    if (called) {
      for (const action of iamActions(
        called.service,
        called.operation.name,
        Object.keys(called.parameters),
      ))
        actions.set(action, { path: [...step.path, "inputs", "Api"] });
      return [{ step, actions, unknown: () => false }];
    }
    const facts = context.scripts.get(step);
    if (facts?.calls === undefined) {
      const own = actionCalls[step.action];
      if (own === undefined && step.action !== "aws:branch") return [];
      for (const action of own ?? []) actions.set(action, { path: [...step.path, "action"] });
      return [{ step, actions, unknown: () => false }];
    }
    for (const call of facts.calls) {
      const service = context.models.service(call.service);
      const operation = calledOperation(call, context);
      if (service === undefined || operation === undefined) continue;
      for (const action of iamActions(service, operation, call.keywords ?? []))
        if (!actions.has(action))
          actions.set(action, {
            path: [...step.path, "inputs", "Script"],
            inText: { line: call.line, column: 1 },
          });
    }
    const missed = facts.callsUnknown ?? [];
    const prefixes = missed.flatMap((name) => {
      const service = context.models.service(name);
      return service === undefined ? [] : [prefixOf(service)];
    });
    return [
      { step, actions, unknown: (prefix) => missed.includes("*") || prefixes.includes(prefix) },
    ];
  });
}
