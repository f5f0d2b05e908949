import { actions, guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW08",
  severity: "error",
  summary: "aws:loop and aws:updateVariable take no onCancel.",
  url: guide("automation-action-loop"),
  *check({ document }) {
    for (const step of document.steps)
      if (step.onCancel !== undefined && actions[step.action]?.noOnCancel)
        yield {
          path: [...step.path, "onCancel"],
          atKey: true,
          message: `${step.name}: ${step.action} does not support onCancel`,
        };
  },
};
