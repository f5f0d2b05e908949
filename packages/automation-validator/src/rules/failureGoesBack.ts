import { guide } from "automation-language/actions";
import { producedBefore } from "automation-language/availability";
import { END, reach } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW12",
  severity: "warning",
  summary:
    "A failure or a cancellation starts over neither from a step that had succeeded nor from itself.",
  url: guide("automation-actions"),
  *check({ scopes }) {
    const before = producedBefore(scopes);
    for (const { steps, edges } of scopes)
      for (const { from, to, kind, path } of edges) {
        if (kind === "success" || to === END || path === undefined) continue;
        const target = steps.find(({ name }) => name === to);
        if (target === from) {
          yield {
            path,
            message: `${from.name} goes to itself when it ${kind === "failure" ? "fails" : "is cancelled"}, so a ${kind} that persists goes round for ever: maxAttempts is for trying again`,
          };
          continue;
        }
        if (target === undefined || !before.get(from)?.has(target)) continue;
        if (reach([target], steps, edges).has(from))
          yield {
            path,
            message: `${from.name} goes back to ${to}, which had succeeded before it: a ${kind === "failure" ? "failure that persists" : "cancelled run"} goes round for ever`,
          };
      }
  },
};
