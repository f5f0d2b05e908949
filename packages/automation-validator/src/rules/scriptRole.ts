import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT15",
  severity: "warning",
  needs: "scripts",
  summary: "A document whose scripts call AWS has an assumeRole.",
  url: guide("automation-action-executeScript"),
  *check({ document, scripts }) {
    if (document.data.assumeRole !== undefined) return;
    for (const [step, { calls = [] }] of scripts) {
      const [first] = calls;
      if (first)
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line: first.line, column: 1 },
          message: `${step.name} calls ${first.service}, and the document has no assumeRole to call it with`,
        };
    }
  },
};
