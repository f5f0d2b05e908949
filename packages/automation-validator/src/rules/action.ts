import { actions, guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCHEMA02",
  severity: "error",
  summary: "A step's action is one of Automation's actions.",
  url: guide("automation-actions"),
  *check({ document }) {
    for (const step of document.steps)
      if (step.action !== "" && !(step.action in actions))
        yield {
          path: [...step.path, "action"],
          message: `${step.name}: there is no action ${step.action}${suggest(step.action, Object.keys(actions))}`,
        };
  },
};
