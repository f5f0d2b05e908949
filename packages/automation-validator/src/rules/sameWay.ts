import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW11",
  severity: "error",
  summary: "A branch has at least two ways to go.",
  url: guide("automation-action-branch"),
  *check({ scopes }) {
    for (const { steps, edges } of scopes)
      for (const step of steps) {
        if (step.action !== "aws:branch") continue;
        const ways = edges.filter(({ from, kind }) => from === step && kind === "success");
        const [first] = ways;
        if (ways.length > 1 && first && ways.every(({ to }) => to === first.to))
          yield {
            path: step.path,
            message: `${step.name} goes to ${String(first.to)} whatever its choices say${step.inputs.Default === undefined ? "; it has no Default" : ""}`,
          };
      }
  },
};
