import { guide } from "automation-language/actions";
import { streams } from "automation-language/shapes";
import { apiSteps } from "../apiStep.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API05",
  severity: "error",
  summary: "No step calls a streaming operation.",
  url: guide("automation-action-executeAwsApi"),
  *check(context) {
    for (const { step, service, operation } of apiSteps(context))
      if (streams(service, operation.output) || streams(service, operation.input))
        yield {
          path: [...step.path, "inputs", "Api"],
          message: `${step.name}: ${service.name} ${operation.name} is a streaming operation, which Automation can't call; use a script`,
        };
  },
};
