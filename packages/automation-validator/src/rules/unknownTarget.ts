import { guide } from "automation-language/actions";
import { namesAround } from "automation-language/document";
import { END } from "automation-language/graph";
import { suggestOrList } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW02",
  severity: "error",
  summary:
    "nextStep, onFailure, onCancel and the targets of a branch name steps of the same list, or of one around the loop.",
  url: guide("automation-statuses"),
  *check({ document, scopes, step }) {
    for (const { edges } of scopes) {
      for (const { from, to, path } of edges) {
        if (to === END || path === undefined || to.includes("{{")) continue;
        const names = namesAround(document, from);
        if (names.includes(to)) continue;
        const elsewhere = step(to) !== undefined;
        yield {
          path,
          message: elsewhere
            ? `${from.name} goes to ${to}, which stands inside a loop: a loop is entered at its first step`
            : `${from.name} goes to ${to}, which is not a step${suggestOrList(to, names)}`,
        };
      }
    }
  },
};
