import { guide } from "automation-language/actions";
import { conditionsOf, wrongCondition } from "automation-language/conditions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCHEMA04",
  severity: "error",
  summary:
    "A condition has a Variable and exactly one operator, or one of And and Or with two conditions or more, or Not with one.",
  url: guide("automation-action-branch"),
  *check({ document }) {
    for (const step of document.steps)
      for (const { condition, path } of conditionsOf(step)) {
        const wrong = wrongCondition(condition);
        if (wrong !== undefined) yield { path, message: `${step.name}: ${wrong}` };
      }
  },
};
