import { methodsOf } from "automation-language/botocore";
import { suggest } from "automation-language/suggest";
import { calledOperation, transfers } from "../permissions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT08",
  severity: "error",
  needs: "scripts",
  summary:
    "The services and methods that a script calls by boto3 exist, and take the arguments that they get.",
  url: "https://boto3.amazonaws.com/v1/documentation/api/latest/index.html",
  *check(context) {
    for (const [step, { calls = [] }] of context.scripts)
      for (const call of calls) {
        const at = {
          path: [...step.path, "inputs", "Script"],
          inText: { line: call.line, column: 1 },
        };
        const service = context.models.service(call.service);
        if (service === undefined) {
          yield {
            ...at,
            message: `${step.name}: boto3 knows no service ${call.service}${suggest(call.service, context.models.names)}`,
          };
          continue;
        }
        const operation = calledOperation(call, context);
        if (operation === undefined) {
          yield {
            ...at,
            message: `${step.name}: the client of ${call.service} has no ${call.waiter ? "waiter" : "method"} ${call.method}${suggest(call.method, methodsOf(service))}`,
          };
          continue;
        }
        if (call.keywords === null || call.waiter || `${call.service}.${call.method}` in transfers)
          continue;
        const shape = service.shapes[service.operations[operation]?.input?.shape ?? ""];
        const members = shape?.members ?? {};
        for (const name of call.keywords)
          if (!(name in members))
            yield {
              ...at,
              message: `${step.name}: ${call.method} takes no ${name}${suggest(name, Object.keys(members))}`,
            };
        for (const name of shape?.required ?? [])
          if (!call.keywords.includes(name) && !members[name]?.idempotencyToken)
            yield { ...at, message: `${step.name}: ${call.method} needs ${name}` };
      }
  },
};
