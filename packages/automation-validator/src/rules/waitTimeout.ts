import { defaultTimeout, guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

const ACTION = "aws:waitForAwsResourceProperty";

export const rule: Rule = {
  id: "API06",
  severity: "warning",
  summary: "A wait says for how long: the default is an hour.",
  url: guide("automation-action-waitForAwsResourceProperty"),
  *check({ document }) {
    for (const step of document.steps)
      if (step.action === ACTION && step.timeoutSeconds === undefined)
        yield {
          path: step.path,
          message: `${step.name} has no timeoutSeconds, so it waits for up to ${defaultTimeout(ACTION).toLocaleString("en-US")} seconds`,
        };
  },
};
