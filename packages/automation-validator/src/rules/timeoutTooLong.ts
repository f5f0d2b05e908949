import { guide } from "automation-language/actions";
import { table } from "automation-language/table";
import type { Rule } from "../rule.ts";

/** Seconds after which AWS stops the action itself, whatever timeoutSeconds says. */
const most: Readonly<Record<string, number>> = table({
  "aws:executeScript": 600,
  "aws:executeAwsApi": 25,
  "aws:invokeLambdaFunction": 300,
});

export const rule: Rule = {
  id: "API07",
  severity: "warning",
  summary: "No step is given more time than its action can take.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    for (const { name, action, timeoutSeconds, path } of document.steps) {
      const limit = most[action];
      if (limit !== undefined && Number(timeoutSeconds) > limit)
        yield {
          path: [...path, "timeoutSeconds"],
          message: `${name}: ${action} runs for at most ${limit} seconds, so ${String(timeoutSeconds)} can't be had`,
        };
    }
  },
};
