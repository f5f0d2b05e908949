import { guide } from "automation-language/actions";
import { END } from "automation-language/graph";
import { suggestOrList } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW02",
  severity: "error",
  summary: "nextStep, onFailure, onCancel and the targets of a branch name steps of the same list.",
  url: guide("automation-actions"),
  *check({ scopes, step }) {
    for (const { steps, edges } of scopes) {
      const names = steps.map(({ name }) => name);
      for (const { from, to, path } of edges) {
        if (to === END || path === undefined || names.includes(to) || to.includes("{{")) continue;
        const elsewhere = step(to) !== undefined;
        yield {
          path,
          message: elsewhere
            ? `${from.name} goes to ${to}, which stands in another list of steps: a loop is entered and left as a whole`
            : `${from.name} goes to ${to}, which is not a step${suggestOrList(to, names)}`,
        };
      }
    }
  },
};
