import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW05",
  severity: "error",
  summary: "A step has nextStep or isEnd, not both.",
  url: guide("automation-actions"),
  *check({ document }) {
    for (const step of document.steps)
      if (step.isEnd && step.nextStep !== undefined)
        yield {
          path: [...step.path, "nextStep"],
          message: `${step.name} ends the automation (isEnd), so it never goes on to ${step.nextStep}`,
        };
  },
};
