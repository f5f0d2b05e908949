import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API06",
  severity: "warning",
  summary: "A wait says for how long: the default is an hour.",
  url: guide("automation-action-waitForAwsResourceProperty"),
  *check({ document }) {
    for (const step of document.steps)
      if (step.action === "aws:waitForAwsResourceProperty" && step.timeoutSeconds === undefined)
        yield {
          path: step.path,
          message: `${step.name} has no timeoutSeconds, so it waits for up to 3,600 seconds`,
        };
  },
};
