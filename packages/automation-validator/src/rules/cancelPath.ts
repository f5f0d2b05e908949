import { actions, guide } from "automation-language/actions";
import { END, reach } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW07",
  severity: "error",
  summary: "onCancel leads to no action that a cancelled automation can't run.",
  url: guide("automation-actions"),
  *check({ scopes }) {
    for (const { steps, edges } of scopes)
      for (const edge of edges) {
        if (edge.kind !== "cancel" || edge.to === END || edge.path === undefined) continue;
        const target = steps.find(({ name }) => name === edge.to);
        if (target === undefined) continue;
        const onPath = reach(
          [target],
          steps,
          edges.filter(({ kind }) => kind === "success"),
        );
        const forbidden = [...onPath].find(({ action }) => actions[action]?.notOnCancelPath);
        if (forbidden)
          yield {
            path: edge.path,
            message: `${edge.from.name}: the cancel path runs ${forbidden.name}, and ${forbidden.action} can't run after a cancellation`,
          };
      }
  },
};
