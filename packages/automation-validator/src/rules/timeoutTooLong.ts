import { defaultTimeout, guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

/** Actions that AWS itself stops after their default time, whatever timeoutSeconds says. */
const fixed = ["aws:executeScript", "aws:executeAwsApi", "aws:invokeLambdaFunction"];

export const rule: Rule = {
  id: "API07",
  severity: "warning",
  summary: "No step is given more time than its action can take.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    for (const { name, action, timeoutSeconds, path } of document.steps) {
      const limit = defaultTimeout(action);
      if (fixed.includes(action) && Number(timeoutSeconds) > limit)
        yield {
          path: [...path, "timeoutSeconds"],
          message: `${name}: ${action} runs for at most ${limit} seconds, so ${String(timeoutSeconds)} can't be had`,
        };
    }
  },
};
