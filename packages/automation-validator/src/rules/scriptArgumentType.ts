import { guide } from "automation-language/actions";
import { operationOf } from "automation-language/botocore";
import { dataType } from "automation-language/shapes";
import { payloadType } from "../payload.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT16",
  severity: "error",
  needs: "scripts",
  summary:
    "What a script passes on from InputPayload has the type that the AWS call takes: boto3 converts nothing.",
  url: guide("automation-action-executeScript"),
  *check(context) {
    for (const [step, { passed = [] }] of context.scripts)
      for (const { key, service: name, method, argument, line } of passed) {
        const service = context.models.service(name);
        const operation = service && operationOf(service, method);
        const input = service?.shapes[service.operations[operation ?? ""]?.input?.shape ?? ""];
        const shape = service?.shapes[input?.members?.[argument]?.shape ?? ""];
        const wanted = service && shape && dataType(service, shape);
        const given = payloadType(step, key, context);
        if (
          wanted !== undefined &&
          given !== undefined &&
          wanted !== given &&
          shape?.type !== "blob" &&
          shape?.type !== "timestamp"
        )
          yield {
            path: [...step.path, "inputs", "InputPayload", key],
            message: `${step.name}: ${argument} of ${method} takes ${wanted} (line ${line}), and ${key} is ${given}`,
          };
      }
  },
};
