import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import { namesOf } from "../apiStep.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API01",
  severity: "error",
  summary: "Service is a service as boto3 names it.",
  url: guide("automation-action-executeAwsApi"),
  *check({ document, models }) {
    for (const step of document.steps) {
      const names = namesOf(step);
      if (names && !models.names.includes(names.service))
        yield {
          path: [...step.path, "inputs", "Service"],
          message: `${step.name}: there is no service ${names.service}${suggest(names.service, models.names)}`,
        };
    }
  },
};
