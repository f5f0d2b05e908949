import { guide } from "automation-language/actions";
import { type Edge, END } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW04",
  severity: "error",
  summary: "From every step that runs, some path leads to the end.",
  url: guide("automation-working-with-conditional"),
  *check({ scopes }) {
    for (const { steps, edges, reached } of scopes) {
      const names = new Set(steps.map(({ name }) => name));
      const leaves = (edge: Edge) => edge.to === END || !names.has(edge.to) || ends.has(edge.to);
      const ends = new Set<string>();
      for (let size = -1; size !== ends.size; ) {
        size = ends.size;
        for (const edge of edges) if (leaves(edge)) ends.add(edge.from.name);
      }
      const caught = steps.filter((step) => reached.has(step) && !ends.has(step.name));
      const first = caught[0];
      if (first !== undefined)
        yield {
          path: first.path,
          message: `Once here, the automation never ends: ${caught.map(({ name }) => name).join(", ")} lead only to one another`,
        };
    }
  },
};
