import { guide } from "automation-language/actions";
import { choicesOf } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW09",
  severity: "error",
  summary: "No choice of a branch repeats an earlier one: the first that is true wins.",
  url: guide("automation-action-branch"),
  *check({ document }) {
    for (const step of document.steps) {
      if (step.action !== "aws:branch") continue;
      const seen = new Set<string>();
      for (const { condition, path } of choicesOf(step)) {
        const key = JSON.stringify(condition);
        if (seen.has(key))
          yield {
            path,
            message: `${step.name}: an earlier choice has the same condition, so this one never wins`,
          };
        seen.add(key);
      }
    }
  },
};
