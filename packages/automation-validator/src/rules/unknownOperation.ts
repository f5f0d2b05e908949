import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import { findOperation, namesOf } from "../apiStep.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API02",
  severity: "error",
  summary: "Api is an operation of the service.",
  url: guide("automation-action-executeAwsApi"),
  *check({ document, models }) {
    for (const step of document.steps) {
      const names = namesOf(step);
      const service = names && models.service(names.service);
      if (names && service && findOperation(service, names.api) === undefined)
        yield {
          path: [...step.path, "inputs", "Api"],
          message: `${step.name}: ${names.service} has no operation ${names.api}${suggest(names.api, Object.keys(service.operations))}`,
        };
    }
  },
};
