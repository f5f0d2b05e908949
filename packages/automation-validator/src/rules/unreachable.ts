import { guide } from "automation-language/actions";
import { END } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW03",
  severity: "error",
  summary: "Every step can be reached from the first one.",
  url: guide("automation-actions"),
  *check({ scopes }) {
    for (const { steps, edges, reached } of scopes) {
      const names = new Set(steps.map(({ name }) => name));
      // A jump to a name that is filled in when the automation runs may lead anywhere, and one to
      // a step that is missing is reported already.
      if (edges.some(({ to }) => to !== END && !names.has(to) && to.includes("{{"))) continue;
      for (const step of steps)
        if (!reached.has(step))
          yield {
            path: step.path,
            message: `No path leads to ${step.name}: name it in a nextStep, branch or onFailure, or take it out`,
          };
    }
  },
};
