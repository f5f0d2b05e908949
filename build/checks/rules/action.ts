import { actions, guide } from "../../schema/actions.ts";
import type { Rule } from "../rule.ts";
import { suggest } from "../suggest.ts";

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
